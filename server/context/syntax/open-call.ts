import type { Node } from 'web-tree-sitter';

const openers = new Set(['(', '[', '{']);
const closers = new Set([')', ']', '}']);
/** Types of what stands in front of a call's bracket; `print` and the like are keywords to some grammars. */
const callee =
  /identifier|^name$|expression|call|^attribute$|^constant$|^field_access$|^selector|^(print|exec|super|this|self)$/;

/**
 * Whether a cursor is behind the bracket of a call that nothing closes yet, which the parser keeps as an error:
 * `f(a, █`. Only within `inside`, where that is given.
 */
export function openCall(root: Node, offset: number, inside: Node | undefined): boolean {
  const before = root.descendantForIndex(Math.max(offset - 1, 0), Math.max(offset - 1, 0));
  for (let node: Node | null = before; node && node.id !== inside?.id; node = node.parent)
    if (node.isError) return endsInCall(node, offset);
  const error = errorBefore(inside ?? root, offset);
  return error !== undefined && endsInCall(error, offset);
}

/** The last error that ends before the cursor with nothing but itself between. */
function errorBefore(node: Node, offset: number): Node | undefined {
  const child = node.children.findLast((each) => each.startIndex < offset);
  if (!child?.hasError) return undefined;
  return child.isError ? child : errorBefore(child, offset);
}

/** Whether the last bracket that an error leaves open before the cursor follows something that can be called. */
function endsInCall(error: Node, offset: number): boolean {
  const open: { readonly bracket: string; readonly calls: boolean }[] = [];
  let previous: Node | undefined;
  const visit = (node: Node): void => {
    if (node.startIndex >= offset) return;
    if (openers.has(node.type))
      open.push({
        bracket: node.type,
        calls: previous !== undefined && callee.test(previous.type),
      });
    else if (closers.has(node.type)) open.pop();
    else if (node.isError || hasOpenEnd(node)) {
      for (const child of node.children) visit(child);
    }
    previous = node;
  };
  for (const child of error.children) visit(child);
  const last = open.at(-1);
  return last?.bracket === '(' && last.calls;
}

function hasOpenEnd(node: Node): boolean {
  return node.hasError && node.childCount > 0;
}
