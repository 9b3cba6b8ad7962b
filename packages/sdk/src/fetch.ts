export { outlayFetch, type FetchOptions } from "./outlay-fetch.ts";
