/** Answers one request, as a route handler of Next.js or of anything else that speaks `Request` and `Response`. */
export type RouteHandler = (request: Request) => Promise<Response>;

/** The exports of a `route.ts`, and what the application itself may use. */
export interface OutlayHandlers {
  GET: RouteHandler;
  HEAD: RouteHandler;
  POST: RouteHandler;
  PUT: RouteHandler;
  PATCH: RouteHandler;
  DELETE: RouteHandler;
  OPTIONS: RouteHandler;
  /**
   * Reaches Outlay inside this process, without `authorize` and without a network. Give it to the SDK:
   * `new Outlay({ url: "http://localhost/outlay", fetch: outlay.fetch })`.
   */
  fetch: typeof fetch;
  /** Writes what is open to disk and lets go of the data folder; the next request opens it again. */
  close(): Promise<void>;
}

export interface OutlayMount {
  /** Where the handlers are mounted: `/outlay` for `app/outlay/[[...path]]/route.ts`. */
  basePath: `/${string}`;
  /**
   * Who may see and change costs. Everyone who can reach your application can reach these addresses, so this has
   * no default. False: the request gets 403. A response is sent as it is: a redirect to your sign-in, for example.
   */
  authorize: (request: Request) => boolean | Response | Promise<boolean | Response>;
  /** Folder of the database; by default `OUTLAY_DATA`, then `~/.outlay`. One process at a time may hold it. */
  dataDir?: string;
  /** IANA zone of days and months where a question names none; by default that of the machine. */
  timeZone?: string;
}

/**
 * Mounts Outlay (API, live stream and dashboard) in an application's own routes. The data folder is opened by the
 * first request, not by the import, so that a build does not hold it. Throws a TypeError for a path that is none.
 */
export function createOutlayHandlers(mount: OutlayMount): OutlayHandlers;
