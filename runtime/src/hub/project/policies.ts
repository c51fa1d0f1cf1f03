/** What happens to an event whose projection fails. */
export interface ProjectionErrorPolicies {
  /**
   * `advance` (the default): the event continues without UI events, and the failure is
   * recorded. `fail`: the event is refused, and `publish` rejects.
   */
  readonly ui?: "fail" | "advance";
  /**
   * `fail` (the default): the session's timeline stops before the event until a `retry`
   * succeeds. Its log continues. `advance`: the timeline continues without the event. Both
   * record the failure.
   */
  readonly timeline?: "fail" | "advance";
}

/** The policies that are given, and the defaults of the others. */
export function policiesOf({ ui, timeline }: ProjectionErrorPolicies = {}): Required<ProjectionErrorPolicies> {
  return { ui: ui ?? "advance", timeline: timeline ?? "fail" };
}
