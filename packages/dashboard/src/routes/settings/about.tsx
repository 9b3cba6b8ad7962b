import { count, counted, exactCount } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { healthQuestion, metaQuestion } from "../../api/questions.ts";
import { serverUrl } from "../../api/server-url.ts";
import { bytesInWords } from "./setting-words.ts";
import { Card } from "../../ui/card.tsx";
import { When } from "../../ui/when.tsx";

/** Which Outlay this is, what it holds, and where programs find it. */
export function About() {
  const { data: meta } = useQuery(metaQuestion);
  const { data: health } = useQuery(healthQuestion);
  if (meta === undefined) return null;
  const { version, storage, sizeBytes, events, firstEventAt, lastEventAt } = meta;
  const unrecorded = health?.unrecorded ?? 0;
  return (
    <Card id="about" title="About">
      <dl className="grid gap-x-8 gap-y-4 px-4 pt-1 pb-4 sm:grid-cols-2 sm:px-5 lg:grid-cols-4">
        <Fact label="Version">{version}</Fact>
        <Fact label="Stored in">
          <span title={`${exactCount(sizeBytes)} bytes`}>
            {STORAGE_NAMES[storage] ?? storage}, {bytesInWords(sizeBytes)}
          </span>
        </Fact>
        <Fact label="Calls recorded">
          <span title={exactCount(events)}>{count(events)}</span>
          {unrecorded === 0 ? null : (
            <span className="text-high">, {counted(unrecorded, "call")} could not be recorded</span>
          )}
        </Fact>
        <Fact label="First and newest call">
          <When at={firstEventAt} never="—" /> to <When at={lastEventAt} never="—" />
        </Fact>
        <Fact label="For programs" wide>
          <span className="flex flex-wrap gap-x-4 gap-y-1">
            <Address path="/api/docs">API reference</Address>
            <Address path="/api/openapi.json">OpenAPI document</Address>
            <Address path="/api/health">Health</Address>
          </span>
        </Fact>
        <Fact label="Calls are recorded at" wide>
          <code className="font-mono text-[0.8125rem] wrap-anywhere">{serverUrl("/api/v1/events")}</code>
        </Fact>
      </dl>
    </Card>
  );
}

function Fact({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={`min-w-0 ${wide ? "sm:col-span-2" : ""}`}>
      <dt className="text-[0.8125rem] text-muted">{label}</dt>
      <dd className="mt-0.5 wrap-anywhere">{children}</dd>
    </div>
  );
}

function Address({ path, children }: { path: `/${string}`; children: string }) {
  return (
    <a href={serverUrl(path)} className="inline-flex min-h-6 items-center text-accent underline underline-offset-4">
      {children}
    </a>
  );
}

const STORAGE_NAMES: Readonly<Record<string, string>> = { sqlite: "SQLite" };
