import { z } from "zod";
import type { ListedChannel } from "../../alerts/channels/channel-book.ts";
import type { Delivery, DeliveryResult } from "../../alerts/channels/channels.ts";
import type { OpenChannels } from "../../alerts/channels/open-channels.ts";
import { channelChangesSchema, newChannelSchema } from "../../alerts/channels/parse-channel.ts";
import { actorOf } from "../authorize.ts";
import { instantOrNull, instantText } from "../instant-text.ts";
import { oneOf, oneValue, wholeNumber } from "../parameters.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const tag = "Channels";
const access = "admin";
const path = "/api/v1/channels";
const id = z.object({ id: z.string() });

const channelAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    enabled: z.boolean(),
    maxPerMinute: z.number().int(),
    target: z.string().meta({ description: "Who or which host gets its messages" }),
    settings: z.record(z.string(), z.unknown()).meta({ description: "Without the secrets" }),
    lastFour: z.record(z.string(), z.string()).meta({ description: "The end of each secret" }),
    readable: z
      .boolean()
      .meta({ description: "False: its secrets were encrypted with another secret; enter them again" }),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: "Channel" });
const channelsAnswer = z.strictObject({ channels: z.array(channelAnswer) });
const secretAnswer = z
  .string()
  .nullable()
  .meta({ description: "Made here to sign with, and shown only now; null: none was made" });

const attempt = z.strictObject({
  at: z.string(),
  delivered: z.boolean(),
  failure: z.string().nullable(),
  answer: z.string().nullable(),
});
const STATUSES = ["waiting", "sent", "failed"] as const;
const deliveryAnswer = z
  .strictObject({
    id: z.string(),
    channelId: z.string(),
    channelName: z.string(),
    status: z.enum(STATUSES).meta({ description: "waiting also between two attempts; failed: given up" }),
    message: z.strictObject({
      id: z.string(),
      alertId: z.string(),
      kind: z.string(),
      severity: z.string(),
      state: z.string(),
      title: z.string(),
    }),
    attempts: z.array(attempt).meta({ description: "The latest twenty, oldest first" }),
    nextAttemptAt: z.string().nullable(),
    sentAs: z.string().nullable().meta({ description: "Deliveries with the same one went out together" }),
    createdAt: z.string(),
  })
  .meta({ id: "Delivery" });

/** Where alerts go, whether they arrived, and trying it out. */
export function addChannelRoutes(app: App, channels: OpenChannels): void {
  addChannels(app, channels);
  addTest(app, channels);
  addDeliveries(app, channels);
}

function addChannels(app: App, { book }: OpenChannels): void {
  const list = () => ({ channels: book.list().map(listedChannel) });
  addRoute(
    app,
    { method: "get", path, access, tag, summary: "Channels, without their secrets", answer: channelsAnswer },
    async () => list(),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access,
      tag,
      summary: "Add a channel",
      description:
        "Secrets (passwords, keys, addresses of webhooks) are encrypted and never shown again. To sign with, a webhook's secret is made when none is given; it is in this answer and nowhere else.",
      body: {
        schema: newChannelSchema,
        example: {
          name: "ops room",
          kind: "slack",
          settings: { url: "https://hooks.slack.com/services/T0/B0/example" },
        },
      },
      answer: z.strictObject({ channel: channelAnswer, secret: secretAnswer }),
    },
    async ({ c, body }) => {
      const { channel, madeSecret } = await book.create(await body(), actorOf(c));
      return { channel: listedChannel(channel), secret: madeSecret };
    },
  );
  addRoute(
    app,
    {
      method: "patch",
      path: `${path}/{id}`,
      access,
      tag,
      summary: "Change a channel",
      description: "What is not named stays as it is, secrets too. A setting that is null is taken away.",
      params: id,
      body: { schema: channelChangesSchema, example: { enabled: false } },
      answer: z.strictObject({ channel: channelAnswer }),
    },
    async ({ c, params, body }) => ({
      channel: listedChannel(await book.change(params["id"]!, await body(), actorOf(c))),
    }),
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access,
      tag,
      summary: "Remove a channel; what waits for it is given up",
      params: id,
      answer: channelsAnswer,
    },
    async ({ c, params }) => {
      await book.remove(params["id"]!, actorOf(c));
      return list();
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/{id}/rotate-secret`,
      access,
      tag,
      summary: "Give a webhook a new secret to sign with",
      description:
        "The one before signs too for 24 hours: receivers accept either signature. The new one is only in this answer.",
      params: id,
      answer: z.strictObject({ channel: channelAnswer, secret: z.string() }),
    },
    async ({ c, params }) => {
      const { channel, madeSecret } = await book.rotateSecret(params["id"]!, actorOf(c));
      return { channel: listedChannel(channel), secret: madeSecret };
    },
  );
}

function addTest(app: App, channels: OpenChannels): void {
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/{id}/test`,
      access,
      tag,
      summary: "Send a test message and say what the other side answered",
      description: "Tried once, at once. The answer is 200 also when it did not arrive: see `delivered` and `failure`.",
      params: id,
      answer: z.strictObject({
        deliveryId: z.string(),
        delivered: z.boolean(),
        failure: z.string().nullable().meta({ description: "What went wrong" }),
        answer: z.string().nullable().meta({ description: "What the other side said, without secrets" }),
        at: z.string(),
      }),
    },
    async ({ params }) => testAnswer(await channels.test(params["id"]!)),
  );
}

function addDeliveries(app: App, channels: OpenChannels): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/deliveries",
      access,
      tag,
      summary: "What became of each message, newest first",
      query: z.object({
        channel: z.string().optional().meta({ description: "Only of the channel with this id" }),
        alert: z.string().optional().meta({ description: "Only of the alert with this id" }),
        status: z
          .enum(["all", ...STATUSES])
          .optional()
          .meta({ description: "Default: all" }),
        limit: z.string().optional().meta({ description: "At most 500; default 50" }),
      }),
      answer: z.strictObject({ deliveries: z.array(deliveryAnswer) }),
    },
    async ({ query }) => {
      const channelId = oneValue(query, "channel");
      const alertId = oneValue(query, "alert");
      const status = oneOf(query, "status", ["all", ...STATUSES], "all");
      const deliveries = await channels.deliveries({
        ...(channelId === undefined ? {} : { channelId }),
        ...(alertId === undefined ? {} : { alertId }),
        ...(status === "all" ? {} : { status }),
        limit: wholeNumber(query, "limit", { min: 1, max: 500, default: 50 }),
      });
      return { deliveries: deliveries.map(listedDelivery) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/deliveries/{id}/retry",
      access,
      tag,
      summary: "Try one that was given up again",
      description: "Its attempts begin anew. One that waits is tried at once.",
      params: id,
      answer: z.strictObject({ delivery: deliveryAnswer }),
    },
    async ({ params }) => ({ delivery: listedDelivery(await channels.retry(params["id"]!)) }),
  );
}

function listedChannel({ createdAtMs, updatedAtMs, ...channel }: ListedChannel): z.infer<typeof channelAnswer> {
  return { ...channel, createdAt: instantText(createdAtMs), updatedAt: instantText(updatedAtMs) };
}

function testAnswer({ deliveryId, delivered, failure, answer, atMs }: DeliveryResult) {
  return { deliveryId, delivered, failure, answer, at: instantText(atMs) };
}

function listedDelivery(delivery: Delivery): z.infer<typeof deliveryAnswer> {
  const { channelId, channelName, status, message, attempts, nextAttemptAtMs, sentAs, createdAtMs } = delivery;
  const { alertId, kind, severity, state, title } = message;
  return {
    id: delivery.id,
    channelId,
    channelName,
    status,
    message: { id: message.id, alertId, kind, severity, state, title },
    attempts: attempts.map(({ atMs, ...said }) => ({ at: instantText(atMs), ...said })),
    nextAttemptAt: instantOrNull(nextAttemptAtMs),
    sentAs,
    createdAt: instantText(createdAtMs),
  };
}
