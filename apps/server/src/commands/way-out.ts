import { DETOURED, Detours, OWN_LABELS, Responder, TRANSPORT } from '@seamark/matcher';
import {
  composeQuestion,
  FLAG,
  formatName,
  HEADER,
  LIMIT,
  parseQuery,
  Query,
} from '@seamark/protocol';
import { type SnapshotHandle, SnapshotReader } from '@seamark/snapshot';
import { HostsTable } from '@seamark/watcher/hosts';
import { formatHttpAddress } from '../config/http-address.ts';
import type {
  ForwardConfig,
  HostsConfig,
  ListenerConfig,
  ServerConfig,
  UpstreamConfig,
} from '../config/server-config.ts';
import { isWithin } from '../config/zone.ts';
import { formatPosition } from '../corefile/token.ts';
import { listenerDetour } from '../detour/plan.ts';
import { Template } from '../detour/template/template.ts';
import { composePeer } from '../stream/peer-record.ts';
import { hostsOptions } from '../workers/hosts-options.ts';
import type { Question } from './ask.ts';

/** Who answers a question that the zones do not; found out by the code that the server has for it. */
export interface WayOut {
  readonly by: 'template' | 'hosts' | 'forward';
  /** Where the directive stands: `FILE:LINE:COLUMN`. */
  readonly at: string;
  /** The name lies in a zone of ours, owns nothing there, and falls through. */
  readonly fellThrough: boolean;
  /** Whom a `forward` asks, or which file `hosts` reads; of a template, nothing. */
  readonly to: readonly string[];
  /** Whose questions it takes; others are answered as if it was not there. */
  readonly clients: string;
  /** It has no answer, but SERVFAIL: why; null where it has. */
  readonly failure: string | null;
}

const ANYBODY = 'everyone';
/** Any address does: only a template may look at it. */
const CLIENT: Uint8Array = composePeer('127.0.0.1', 53) ?? new Uint8Array(20);

/**
 * @param zone that the name lies in, in presentation format
 * @returns null where the zones answer, or refuse
 */
export async function findWayOut(
  config: ServerConfig,
  { detour }: ListenerConfig,
  question: Question,
  zone: string | null,
  snapshot: SnapshotHandle,
): Promise<WayOut | null> {
  if (detour === undefined) return null;
  const { plan } = listenerDetour(detour, config);
  const message = composeWish(question);
  const query = new Query();
  parseQuery(query, message, new DataView(message.buffer), 0, message.length);
  const detours = new Detours(plan);
  const template = detours.templated(query) ? askTemplates(config, detours, query) : null;
  if (template !== null) return template;
  // Whom a forward serves is to be told, not judged.
  const everybody = [{ octets: new Uint8Array(16), bits: 0 }];
  const open = new Detours({
    blocks: plan.blocks.map((block) => ({
      ...block,
      templates: [],
      forwards: block.forwards.map((forward) => ({ ...forward, clients: everybody })),
    })),
  });
  if (!leadsOn(snapshot, message, open)) return null;
  const forward = config.forwards[open.forwardsFor(query)[0] ?? -1];
  if (forward === undefined) return null;
  const forwarded = forwardedBy(forward, zone);
  const hosts = zone === null ? config.hosts[open.hostsFor(query) ?? -1] : undefined;
  const found = hosts && (await askHosts(hosts, question));
  return found === undefined ? forwarded : { ...forwarded, ...found };
}

/** A question with RD, as clients of a resolver ask. */
function composeWish({ name, type }: Question): Uint8Array {
  const message = composeQuestion(name, type, 0);
  new DataView(message.buffer).setUint16(HEADER.FLAGS, FLAG.RD);
  return message;
}

function askTemplates({ templates }: ServerConfig, detours: Detours, query: Query): WayOut | null {
  for (const id of detours.templatesFor(query)) {
    const config = templates[id];
    if (config === undefined) continue;
    const said = new Template(config).answer(query, CLIENT);
    if (said.kind === 'next') continue;
    return {
      ...{ by: 'template', at: formatPosition(config.position), fellThrough: false },
      ...{ to: [], clients: ANYBODY },
      failure: said.kind === 'failed' ? said.reason : null,
    };
  }
  return null;
}

/** Whether a snapshot and these detours leave the message to others. */
function leadsOn(snapshot: SnapshotHandle, message: Uint8Array, detours: Detours): boolean {
  const reader = new SnapshotReader(snapshot, 0);
  try {
    reader.join();
    const memory = new Uint8Array(LIMIT.STREAM + 64);
    memory.set(message);
    const view = new DataView(memory.buffer);
    const client = { peer: () => CLIENT };
    const length = new Responder(reader).answer(
      ...([memory, view, 0, message.length, LIMIT.STREAM, TRANSPORT.STREAM] as const),
      ...([client, detours] as const),
    );
    return length === DETOURED;
  } finally {
    reader.close();
  }
}

/** @returns undefined where it has no entry, and lets go of the name; it is asked whoever may have it forwarded */
async function askHosts(
  config: HostsConfig,
  { name, type }: Question,
): Promise<Omit<WayOut, 'clients' | 'fellThrough'> | undefined> {
  const table = new HostsTable(hostsOptions(config));
  // What is wrong with the file is told by the server.
  await table.read({ debug() {}, info() {}, warn() {}, error() {} });
  const text = formatName(name);
  const { zones, fallthrough = [], file, position } = config;
  const way = { by: 'hosts', at: formatPosition(position), to: [file] } as const;
  if (table.find(text, type) !== undefined) return { ...way, failure: null };
  const isOurs = zones.some((zone) => isWithin(text, zone));
  if (!isOurs || fallthrough.some((zone) => isWithin(text, zone))) return undefined;
  return { ...way, failure: 'there is no entry, and nothing falls through' };
}

function forwardedBy({ clients, to, position }: ForwardConfig, zone: string | null): WayOut {
  // As in Detours: of these, who may ask may have it forwarded.
  const isOwn = zone !== null && zone.split('.').length > OWN_LABELS;
  const near = isOwn ? ANYBODY : 'clients near by';
  const whom = clients === undefined ? near : `clients in ${clients.join(' ')}`;
  return {
    ...{ by: 'forward', at: formatPosition(position), fellThrough: zone !== null, failure: null },
    to: to.map(describeUpstream),
    clients: isOwn ? whom : `${whom} that ask for recursion`,
  };
}

function describeUpstream(upstream: UpstreamConfig): string {
  return 'file' in upstream ? upstream.file : formatHttpAddress(upstream);
}
