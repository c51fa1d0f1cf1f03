import { messageOf, SessionstreamError } from "../../base/errors.js";
import type { DescLoggedEvent } from "../../schema/event.js";
import { howToMend } from "../../schema/freeze.js";
import { toPayload } from "../../schema/payload.js";
import type { BackendEvent } from "../feature/backend-event.js";
import type { Feature } from "../feature/feature.js";
import type { OldEvent } from "../feature/upcast.js";

/** What becomes of an event of the log that is not of today. */
interface Step {
  readonly feature: Feature;
  readonly desc: DescLoggedEvent;
  /** The event whose payload the upcast returns: the same one, or its successor. */
  readonly successor: DescLoggedEvent;
}

/**
 * Turns the events that logs have into those of today, one step at a time: one of
 * an older version into the next version, one that is superseded into version 1
 * of its successor, until the event can be published as it is. So a step stays
 * right when a version is raised later. An event of a newer version, which a later
 * release published, stays as it is; one that is superseded never does, as no
 * projection would know it.
 */
export class Upcasts {
  readonly #steps = new Map<string, Step>();

  constructor(features: readonly Feature[]) {
    for (const feature of features) {
      const { events, supersededEvents } = feature.desc;
      const logged = new Map<string, DescLoggedEvent>(
        [...events, ...supersededEvents].map((desc) => [desc.name, desc]),
      );
      for (const desc of logged.values()) {
        const successor = desc.kind === "event" ? desc : logged.get(desc.supersededBy);
        const isOld = desc.kind === "superseded_event" || desc.version > 1;
        if (isOld && successor !== undefined) this.#steps.set(desc.name, { feature, desc, successor });
      }
    }
  }

  /**
   * The event of today that an event of the log is, which was published in a version.
   * @throws UPCAST_FAILED.
   */
  today(logged: BackendEvent, version: number): BackendEvent {
    let event = logged;
    for (let reached = version; ; ) {
      const step = this.#steps.get(event.name);
      if (step === undefined || (step.desc.kind === "event" && reached >= step.desc.version)) return event;
      const payload = upcast(step, { ...event, version: reached }, logged.name);
      event = { ...event, name: step.successor.name, payload };
      reached = step.desc.kind === "event" ? reached + 1 : 1;
    }
  }
}

function upcast({ feature, successor }: Step, event: OldEvent, logged: string): BackendEvent["payload"] {
  const { name, version, ordinal, session } = event;
  const context = { sessionId: session.id, name: logged, ordinal };
  try {
    const returned: unknown = feature.upcast?.(event);
    if (returned instanceof Promise) {
      // Otherwise a rejected promise of a wrongly async upcast would end the process.
      returned.catch(() => {});
      throw new TypeError("it returned a promise, want the payload itself: upcasts are synchronous");
    }
    return toPayload(successor.schema, returned as object, `event "${successor.name}"`, context);
  } catch (thrown) {
    throw new SessionstreamError(
      "UPCAST_FAILED",
      `upcast of event "${name}" of version ${version} at ordinal ${ordinal} failed: ${messageOf(thrown)}${howToMend(thrown, "upcasts")}`,
      { ...context, cause: thrown },
    );
  }
}
