// oxlint-disable no-underscore-dangle -- Node names so how a socket writes
import type { Socket } from "node:net";
import type { buildConnector } from "undici";

/** Longer bodies go as they are: to copy them would cost more than it spares. */
const MAX_JOINED_BYTES = 16_384;

/** A piece that waits to be written, as `writable._writev` of Node gets it. */
interface Piece {
  chunk: unknown;
  encoding: BufferEncoding;
}

/**
 * Connects as `connect` does; small requests go out in one write. undici writes the head of a request as text and its body as
 * bytes, for which Node allocates memory to put them together. As one text of Latin-1, which keeps each byte as it is,
 * they need none.
 */
export function joiningWrites(connect: buildConnector.connector): buildConnector.connector {
  return (options, done) =>
    connect(options, (...result) => {
      const [, socket] = result;
      if (socket !== null) joinWrites(socket);
      done(...result);
    });
}

function joinWrites(socket: Socket): void {
  const writeAll = socket._writev!;
  socket._writev = (pieces, callback) => {
    const request = pieces.length === 2 ? joined(pieces[0]!, pieces[1]!) : null;
    if (request === null) writeAll.call(socket, pieces, callback);
    else socket._write(request, "latin1", callback);
  };
}

/** null: not the head and the body of a small request. */
function joined(head: Piece, body: Piece): string | null {
  if (typeof head.chunk !== "string" || head.encoding !== "latin1") return null;
  if (!Buffer.isBuffer(body.chunk) || body.chunk.length > MAX_JOINED_BYTES) return null;
  return head.chunk + body.chunk.toString("latin1");
}
