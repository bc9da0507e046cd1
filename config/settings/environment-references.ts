import { didYouMean } from './closest.ts';
import { eachScalar, type Problem, type YamlTree } from './yaml-tree.ts';

/** `$${` is a literal `${`; `${NAME}` and `${NAME:-default}` are references; any other `${` is a mistake. */
const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/** Fills the environment into every string of the tree, in place. Returns what could not be filled. */
export function fillEnvironment(tree: YamlTree, env: Readonly<Record<string, string | undefined>>): Problem[] {
  const problems: Problem[] = [];
  eachScalar(tree, (scalar, path) => {
    if (typeof scalar.value !== 'string' || !scalar.value.includes('${')) return;
    const complain = (message: string, missingSecret: boolean) =>
      problems.push({ place: scalar.place, path, message, missingSecret });
    scalar.value = scalar.value.replace(reference, (written: string, name?: string, fallback?: string) => {
      if (written === '$${') return '${';
      if (name === undefined) {
        complain('"$" and "{" must be followed by NAME} or NAME:-default}; write $$ for a "$" before a "{".', false);
        return written;
      }
      scalar.substituted = true;
      const value = env[name];
      // as in a shell, `:-` also stands in for a variable that is set to nothing
      if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
      if (value !== undefined) return value;
      const near = didYouMean(name, Object.keys(env));
      complain(`the environment variable ${name} is not set. Set it, or write \${${name}:-default}.${near}`, true);
      return '';
    });
  });
  return problems;
}
