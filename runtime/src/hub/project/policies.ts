/** What happens to an event whose projection fails. */
export interface ProjectionErrorPolicies {
  /**
   * `advance` (the default): the event goes on without UI events, and the
   * failure is recorded. `fail`: the event is refused; `publish` rejects.
   */
  readonly ui?: "fail" | "advance";
  /**
   * `fail` (the default): the session's timeline stops before the event until a
   * `retry` succeeds, while its log goes on, and the failure is recorded.
   * `advance`: the timeline goes on without the event, and the failure is
   * recorded.
   */
  readonly timeline?: "fail" | "advance";
}
