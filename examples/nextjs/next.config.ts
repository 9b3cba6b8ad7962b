import type { NextConfig } from "next";

const config: NextConfig = {
  // Outlay starts threads from files beside its own: it is loaded as it is, not bundled.
  serverExternalPackages: ["@outlay/server"],
};

export default config;
