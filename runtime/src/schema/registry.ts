export class SchemaRegistry {
  register(_f: unknown): void {}
}
