import type { IncomingMessage, ServerResponse } from "node:http";
import type { Client } from "../access/host-policy.ts";
import type { Principal } from "../access/principal.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** What Outlay keeps beside a request while it is answered. */
export interface HttpEnvironment {
  Bindings: {
    incoming?: IncomingMessage;
    outgoing?: ServerResponse;
    /** Of a question that a route asks another one: on whose behalf. No request from outside can bring it. */
    caller?: Principal;
  };
  Variables: {
    requestId: string;
    releaseBody?: () => void;
    /** Cuts the connection of an answer that has begun and cannot be finished; an error is logged. False: there is none. */
    abandon: (error?: unknown) => boolean;
    /** How the request reached us. */
    client?: Client;
    /** Says who asks. Throws InvalidInput for what is wrong with a key that was sent. */
    recognise: (headers: Headers, address: string | null) => Principal | Promise<Principal>;
    /** Everybody's data. Handlers take `ledgerOf` instead (authorize.ts). */
    wholeLedger: Ledger;
    /** From `admit` on. */
    principal?: Principal;
    /** Narrowed to what the principal may see; made when first asked for. */
    ledger?: Ledger;
  };
}
