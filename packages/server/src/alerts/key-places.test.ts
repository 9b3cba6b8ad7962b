import { expect, test } from "vitest";
import { networkOf } from "./key-places.ts";

test.each([
  ["203.0.113.7", "203.0.113.0/24"],
  ["::ffff:203.0.113.7", "203.0.113.0/24"],
  ["127.0.0.1", "this machine"],
  ["::1", "this machine"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:DB8::6", "2001:db8:0::/48"],
  ["fe80::1%eth0", "fe80:0:0::/48"],
  ["nowhere", null],
  ["", null],
])("%s lies in %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
