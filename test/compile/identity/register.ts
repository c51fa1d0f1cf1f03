import "@sessionstream/runtime";

/** Somebody who uses the application. */
export interface User {
  readonly id: string;
  readonly name: string;
}

// Said once, for all entry points of the package.
declare module "@sessionstream/runtime" {
  interface Register {
    identity: User;
  }
}
