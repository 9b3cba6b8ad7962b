import type { Storage } from "./storage.ts";

/** The storage with some of its methods exchanged. The others run on the storage itself. */
export function overlayStorage(storage: Storage, methods: Partial<Storage>): Storage {
  const bound = new Map<PropertyKey, unknown>(Object.entries(methods));
  return new Proxy(storage, {
    get(target, name) {
      const known = bound.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method: unknown = value.bind(target);
      bound.set(name, method);
      return method;
    },
  });
}
