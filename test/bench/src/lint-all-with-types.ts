import { Project, ts } from "ts-morph";

// What a linter does that loads every file with its types: it finds out what
// each call calls. A process of its own, as `sessionstream lint` is.

const project = new Project({ tsConfigFilePath: process.argv[2] ?? "tsconfig.json" });
const checker = project.getTypeChecker().compilerObject;
let calls = 0;
for (const file of project.getSourceFiles()) visit(file.compilerNode);
console.log(`${project.getSourceFiles().length} files, ${calls} calls`);

function visit(node: ts.Node): void {
  if (ts.isCallExpression(node) && checker.getResolvedSignature(node)?.declaration !== undefined) calls++;
  ts.forEachChild(node, visit);
}
