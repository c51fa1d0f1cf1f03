import type { ConnectionState } from "@sessionstream/runtime/client";

const labels: Record<ConnectionState, string> = {
  connecting: "connecting…",
  open: "live",
  reconnecting: "reconnecting…",
  closed: "closed",
};

/** How the page stands with the server. */
export function ConnectionBadge({ state }: { readonly state: ConnectionState }) {
  return (
    <output className="connection" data-state={state}>
      {labels[state]}
    </output>
  );
}
