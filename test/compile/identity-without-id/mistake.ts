import "@sessionstream/runtime";

declare module "@sessionstream/runtime" {
  interface Register {
    // error: 2411 Property 'identity' of type '{ readonly name: string; }' is not assignable to
    identity: { readonly name: string };
  }
}
