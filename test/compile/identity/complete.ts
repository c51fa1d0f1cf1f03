import type { Action, Authenticate, Authorize, Hub, Identity } from "@sessionstream/runtime";
import type { CommandContext } from "@sessionstream/runtime/codegen";
import { httpHandler } from "@sessionstream/runtime/http";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { LabNote, LabTrace, LabWork, lab, type LabHandlers } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import type { User } from "./register.js";

declare const hub: Hub;
declare const user: User;
declare function userOf(token: string | undefined): Promise<User | undefined>;

export const nameOf = ({ identity }: CommandContext): string => identity.name;

export const work: LabHandlers["work"] = async ({ identity, publish }) => {
  await publish(LabTrace, { text: `${identity.name} asks` });
};

export const authenticate: Authenticate = async ({ token }) => {
  const identity = await userOf(token);
  return identity === undefined ? null : { identity };
};

const isHarmless = (action: Action): boolean => action.type !== "submit" || action.command === LabWork.name;

export const authorize: Authorize = ({ identity, action, view }) =>
  action.type === "connect" || (isHarmless(action) && view.list(LabNote).some(({ text }) => text === identity.name));

export const transports = [
  webSocketTransport(hub, { authenticate, authorize }),
  httpHandler(hub, { authenticate: () => ({ identity: user, expiresAt: 1e12 }) }),
];

export const submitted = [
  hub.submit("s", LabWork, { task: "" }, { identity: user }),
  hub.trySubmit("s", LabWork, { task: "" }, { identity: user, key: "k" }),
  hub.client("s", lab, { identity: user }).submit(LabWork, { task: "" }),
];

export const same: User = user satisfies Identity;
