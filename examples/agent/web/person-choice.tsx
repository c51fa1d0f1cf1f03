/** Whose page it is. The server knows what each of them may do. */
export function PersonChoice({ person }: { readonly person: string }) {
  const choose = (name: string) => {
    const parameters = new URLSearchParams(location.search);
    parameters.set("person", name);
    location.search = parameters.toString();
  };
  return (
    <select aria-label="Person" value={person} onChange={({ target }) => choose(target.value)}>
      <option value="anna">anna, may approve</option>
      <option value="ben">ben, may ask</option>
    </select>
  );
}
