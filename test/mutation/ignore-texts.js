/**
 * For Stryker: leaves texts alone that say nothing of the tests when they are emptied. SQL is a tagged template, and ends in a
 * syntax error; what is decided between its words is code. Sentences for people are what a CostsError says, and what is called a
 * message or a hint.
 */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'texts',
    value: {
      shouldIgnore(path) {
        if (isSql(path)) return 'It is SQL, or a command for people.';
        return isText(path) && isSentence(path) ? 'It is a sentence for people.' : undefined;
      },
    },
  },
];

const isSql = (path) =>
  path.isTaggedTemplateExpression()
    ? !decides(path)
    : isText(path) &&
      !decides(path) &&
      path.parentPath.findParent((each) => each.isTaggedTemplateExpression()) !== null;

/** Whether more is in it than words and values. */
function decides(path) {
  let found = false;
  path.traverse({
    'ConditionalExpression|LogicalExpression|BinaryExpression|UnaryExpression|Function'(inner) {
      found = true;
      inner.stop();
    },
  });
  return found;
}

const isText = (path) => path.isStringLiteral() || path.isTemplateLiteral();

function isSentence(path) {
  const { parentPath: parent, node } = path;
  if (parent.isNewExpression()) return parent.node.callee.name === 'CostsError' && parent.node.arguments[0] !== node;
  const name = parent.isVariableDeclarator() ? parent.node.id : parent.isObjectProperty() ? parent.node.key : null;
  return ['message', 'hint'].includes(name?.name);
}
