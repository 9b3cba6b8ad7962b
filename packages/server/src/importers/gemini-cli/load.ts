import type { LineReading, LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonDocument } from "../load-json-document.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { fieldsOf, textOf } from "../read-values.ts";
import { readDocument, readLine, type Chat } from "./parse.ts";
import { placeOf } from "./paths.ts";
import { projectPath } from "./project.ts";

/** Reads a chat of either form. */
export async function* load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const { projectFolder, parentSession } = placeOf(file.path);
  const known = fieldsOf(from.state);
  const chat: Chat = {
    session: textOf(known["session"]),
    isSubagent: known["isSubagent"] === true,
    parentSession,
    project: (await projectPath(projectFolder)) ?? textOf(known["project"]),
  };
  if (!file.path.endsWith(".jsonl")) {
    yield* loadJsonDocument(file, from, (document) => ({ readings: readDocument(document, chat) }));
    return;
  }
  yield* loadJsonLines(file, from, {
    marks: ['"tokens"', '"sessionId"', '"directories"'],
    read: (line) => together(readLine(line, chat)),
    state: () => ({ session: chat.session, isSubagent: chat.isSubagent, project: chat.project }),
  });
}

/** What a line with several messages says; the first that cannot be read names the line. */
function together(readings: LineReading[]): LineReading {
  const problem = readings.find((reading) => "problem" in reading);
  return problem ?? { events: readings.flatMap((reading) => ("events" in reading ? reading.events : [])) };
}
