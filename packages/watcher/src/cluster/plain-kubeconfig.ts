import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { dirname, resolve } from 'node:path';
import { type Shape, shapeOf } from '../sources/shape.ts';
import type { AccessOptions, KubeconfigLocation } from './access.ts';
import type { AccessReply } from './access-reply.ts';
import { parsePlainYaml } from './plain-yaml.ts';

const known = {
  cluster: new Set([
    'server',
    'certificate-authority',
    'certificate-authority-data',
    'insecure-skip-tls-verify',
    'tls-server-name',
    'disable-compression',
    'extensions',
  ]),
  user: new Set([
    'token',
    'tokenFile',
    'client-certificate',
    'client-certificate-data',
    'client-key',
    'client-key-data',
    'username',
    'password',
    'extensions',
  ]),
};

/**
 * The access that a kubeconfig gives which only has to be read: certificates, a token, a password. It is what
 * client-node makes of the file (`kube-config.ts`), member by member, and without its 76 MB and half a second.
 *
 * @returns undefined for any other: what has something to run or to ask (exec, auth providers, proxies), what goes
 * beyond plain YAML, and whatever is wrong, for client-node's words about it are the ones to tell
 */
export function readPlainKubeconfig(
  location: KubeconfigLocation,
): Extract<AccessReply, { kind: 'access' }> | undefined {
  try {
    return read(location);
  } catch (error) {
    const isOfFiles = error instanceof Error && 'code' in error;
    if (error instanceof SyntaxError || isOfFiles) return undefined;
    throw error;
  }
}

function read({ file, context }: KubeconfigLocation): Extract<AccessReply, { kind: 'access' }> {
  const text = readFileSync(file, 'utf8');
  const config = mapOf(text.startsWith('{') ? JSON.parse(text) : parsePlainYaml(text));
  const clusters = entries(config, 'clusters', 'cluster');
  const users = entries(config, 'users', 'user');
  const contexts = entries(config, 'contexts', 'context');
  for (const cluster of clusters.values()) needed(cluster, 'server');
  for (const one of contexts.values()) needed(one, 'cluster');
  const name = context ?? needed(config, 'current-context');
  const chosen = found(contexts, name);
  const cluster = found(clusters, needed(chosen, 'cluster'));
  const userName = textIn(chosen, 'user');
  const user = userName === '' ? {} : found(users, userName);
  checkMembers(cluster, known.cluster);
  checkMembers(user, known.user);
  const server = needed(cluster, 'server').replace(/\/$/, '');
  const options = optionsOf(cluster, user, dirname(file));
  checkServer(server, options);
  return { kind: 'access', context: name, access: { server, options } };
}

function optionsOf(cluster: Shape, user: Shape, directory: string): AccessOptions {
  const skips = cluster['insecure-skip-tls-verify'];
  if (skips !== undefined && typeof skips !== 'boolean') throw beyondPlain();
  const servername = textIn(cluster, 'tls-server-name');
  const ca = octetsOf(cluster, 'certificate-authority', directory);
  const cert = octetsOf(user, 'client-certificate', directory);
  const key = octetsOf(user, 'client-key', directory);
  const username = textIn(user, 'username');
  if (username !== '' && typeof user['password'] !== 'string') throw beyondPlain();
  return {
    headers: headersOf(user, directory),
    ...(skips === true ? { rejectUnauthorized: false } : {}),
    ...(servername === '' ? {} : { servername }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(username === '' ? {} : { auth: `${username}:${textIn(user, 'password')}` }),
  };
}

function headersOf(user: Shape, directory: string): OutgoingHttpHeaders {
  const token = textIn(user, 'token');
  const tokenFile = textIn(user, 'tokenFile');
  if (token === '' && tokenFile === '') return {};
  // Of the two the file counts, as with kubectl.
  const text = tokenFile === '' ? token : readFileSync(resolve(directory, tokenFile), 'utf8');
  if (text.trim() === '') throw beyondPlain();
  return { Authorization: `Bearer ${text}`.trim() };
}

/** A member that names a file, or its contents in base64 under the same name with `-data`. */
function octetsOf(of: Shape, member: string, directory: string): Buffer | undefined {
  const file = textIn(of, member);
  if (file !== '') return readFileSync(resolve(directory, file));
  const data = textIn(of, `${member}-data`);
  return data === '' ? undefined : Buffer.from(data, 'base64');
}

function checkServer(server: string, { rejectUnauthorized }: AccessOptions): void {
  const protocol = URL.parse(server)?.protocol;
  if (protocol === 'https:' || (protocol === 'http:' && rejectUnauthorized === false)) return;
  throw beyondPlain();
}

/** The entries of a list by their names: the first of a name counts. */
function entries(config: Shape, list: string, member: string): ReadonlyMap<string, Shape> {
  const all = new Map<string, Shape>();
  const items = config[list] ?? [];
  if (!Array.isArray(items)) throw beyondPlain();
  for (const item of items) {
    const name = needed(mapOf(item), 'name');
    const value = mapOf(shapeOf(item)[member]);
    // client-node reads this spelling of its own of every user, needed or not.
    if (value['token-file'] !== undefined) throw beyondPlain();
    if (!all.has(name)) all.set(name, value);
  }
  return all;
}

function found(among: ReadonlyMap<string, Shape>, name: string): Shape {
  const one = among.get(name);
  if (one === undefined) throw beyondPlain();
  return one;
}

function checkMembers(value: Shape, names: ReadonlySet<string>): void {
  if (!Object.keys(value).every((name) => names.has(name))) throw beyondPlain();
}

function mapOf(value: unknown): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw beyondPlain();
  return value as Shape;
}

/** Empty where it is absent. */
function textIn(map: Shape, member: string): string {
  const value = map[member] ?? '';
  if (typeof value !== 'string') throw beyondPlain();
  return value;
}

function needed(map: Shape, member: string): string {
  const text = textIn(map, member);
  if (text === '') throw beyondPlain();
  return text;
}

/** There may be nothing wrong with it, but client-node is to say. */
function beyondPlain(): SyntaxError {
  return new SyntaxError('beyond a plain kubeconfig');
}
