// The TypeScript files of the repository and what each of them imports.

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** A TypeScript file; all paths begin at the root of the repository and use `/`. */
export interface Source {
  readonly path: string;
  /** `packages/protocol`, `apps/server`, `test` or `bench`. */
  readonly room: string;
  /** Whether it ships with its package: neither a test nor what tests stand on. */
  readonly isShipped: boolean;
  readonly imports: readonly Import[];
}

/** One import, re-export, `import()` or worker file of a source. */
export interface Import {
  readonly specifier: string;
  /** The file that a relative specifier stands for. */
  readonly path: string | undefined;
}

// The formatter puts every import and re-export at the start of a line and quotes with '.
const STATEMENT = /^(?:import|(?:import|export)\b[^;'"`=(]*\bfrom) '([^']+)'/gm;
const EXPRESSION =
  /\b(?:import|require|require\.resolve|import\.meta\.resolve)\(\s*['"`]([^'"`]+)['"`]/g;
const WORKER_FILE = /\bnew URL\(\s*['"`]([^'"`]+\.ts)['"`]\s*,\s*import\.meta\.url/g;
const COMMENT_LINE = /^\s*(?:\*|\/\*|\/\/).*$/gm;

/** Every specifier in the text of a source, in no particular order, each once. */
export const specifiersOf = (text: string): string[] => {
  const code = text.replaceAll(COMMENT_LINE, '');
  const found = [STATEMENT, EXPRESSION, WORKER_FILE].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, specifier = '']) => specifier),
  );
  return [...new Set(found)];
};

/** Reads all sources: packages, the server, tests and benches. */
export const readSources = (): Source[] =>
  globSync('{packages,apps}/*/{src,test-support}/**/*.ts', { cwd: ROOT })
    .concat(globSync('{test,bench}/**/*.ts', { cwd: ROOT }))
    .map((path) => path.split(sep).join('/'))
    .sort()
    .map((path) => {
      const [top = '', name = ''] = path.split('/');
      const imports = specifiersOf(readFileSync(join(ROOT, path), 'utf8')).map((specifier) => ({
        specifier,
        path: specifier.startsWith('.')
          ? relative(ROOT, normalize(join(ROOT, dirname(path), specifier))).replaceAll(sep, '/')
          : undefined,
      }));
      const room = top === 'packages' || top === 'apps' ? `${top}/${name}` : top;
      const isShipped = path.startsWith(`${room}/src/`) && !path.endsWith('.test.ts');
      return { path, room, isShipped, imports };
    });

/** `@kubernetes/client-node` of `@kubernetes/client-node/dist/x.js`; undefined for Node's own. */
export const libraryOf = ({ specifier }: Import): string | undefined => {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
};
