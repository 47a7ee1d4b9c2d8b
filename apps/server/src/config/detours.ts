import { OWN_LABELS } from '@seamark/matcher';
import type { BlockDraft, FileDraft, HostsDraft, KeyDraft } from './draft.ts';
import type {
  DetourConfig,
  FallthroughConfig,
  ForwardConfig,
  TemplateConfig,
} from './server-config.ts';
import type { Context } from './vocabulary.ts';
import { isWithin } from './zone.ts';

/** Says what an operator should know of one server block's detours although nothing is wrong. */
export function noteDetours(
  { gateways, files, forwards, loop, keys }: BlockDraft,
  context: Context,
): void {
  const { notices } = context;
  for (const { token, zones, fallthrough } of gateways) {
    if (fallthrough === undefined || forwards.length > 0) continue;
    if (zones.some(({ value }) => fileOf(files, value) !== undefined)) continue;
    const text =
      'there is neither forward nor a file of its zones in this server block: "fallthrough" changes nothing';
    notices.push({ position: token.position, text });
  }
  for (const { position, clients, from } of forwards) {
    if (clients === undefined) {
      const text =
        'clients in loopback, private and link-local ranges have names outside the zones forwarded, others are ' +
        'REFUSED. Where a load balancer hides its clients behind a private address, everyone is served: see "clients"';
      if (!areOurs(from, gateways)) notices.push({ position, text });
    } else if (clients.some((range) => range.endsWith('/0'))) {
      notices.push({ position, text: 'this is an open resolver: it forwards for everyone' });
    }
  }
  const [key] = keys;
  if (loop && forwards.length === 0 && key !== undefined) {
    const text = 'nothing is forwarded from this server block: "loop" changes nothing';
    notices.push({ position: key.token.position, text });
  }
}

/** Whether all that a forward takes lies in zones of its block, none of which is the root or a top-level domain. */
function areOurs(from: readonly string[], gateways: BlockDraft['gateways']): boolean {
  const zones = gateways.flatMap((gateway) => gateway.zones.map(({ value }) => value));
  const own = zones.filter((zone) => zone.split('.').length > OWN_LABELS);
  return from.every((name) => own.some((zone) => isWithin(name, zone)));
}

function fileOf(files: BlockDraft['files'], zone: string): FileDraft | undefined {
  return files.find(({ zones }) => zones.some(({ value }) => value === zone));
}

/** Names of a gateway's zone that go on to `forward`: where there is a file of the zone, that has to let go of them, too. */
function namesBeyond(zone: string, fallthrough: readonly string[], files: BlockDraft['files']) {
  const file = fileOf(files, zone);
  if (file === undefined) return fallthrough;
  const { fallthrough: ofFile = [] } = file;
  return fallthrough.flatMap((one) =>
    ofFile.flatMap((other) => {
      if (isWithin(one, other)) return [one];
      return isWithin(other, one) ? [other] : [];
    }),
  );
}

/** What detours lead to, of all listeners, as they are come across. */
export interface DetourDirectives {
  readonly forwards: ForwardConfig[];
  readonly templates: TemplateConfig[];
  readonly hosts: { indexOf(draft: HostsDraft): number };
}

function indexIn<T>(all: T[], one: T): number {
  const index = all.indexOf(one);
  return index === -1 ? all.push(one) - 1 : index;
}

/** What a listener answers elsewhere; all its blocks, for one that forwards nothing has its names all the same. */
export function detourOf(
  { members }: { readonly members: readonly { block: BlockDraft; keys: readonly KeyDraft[] }[] },
  { forwards, templates, hosts }: DetourDirectives,
): DetourConfig | undefined {
  if (members.every(({ block }) => [...block.forwards, ...block.templates].length === 0)) {
    return undefined;
  }
  return {
    blocks: members.map(({ block, keys }) => ({
      keys: keys.map(({ zone }) => zone),
      fallthrough: fallthroughOf(block, keys),
      forwards: block.forwards.map((forward) => indexIn(forwards, forward)),
      templates: block.templates.map((template) => indexIn(templates, template)),
      ...(block.hosts !== undefined && { hosts: hosts.indexOf(block.hosts) }),
      loop: block.loop,
    })),
  };
}

function fallthroughOf(
  { gateways, files }: BlockDraft,
  keys: readonly KeyDraft[],
): FallthroughConfig[] {
  const ofGateways = gateways.flatMap(({ zones, fallthrough = [] }) =>
    zones.map(({ value }) => ({ zone: value, names: namesBeyond(value, fallthrough, files) })),
  );
  const known = new Set(ofGateways.map(({ zone }) => zone));
  const ofFiles = files.flatMap(({ zones, fallthrough: names = [] }) =>
    zones.map(({ value }) => ({ zone: value, names })).filter(({ zone }) => !known.has(zone)),
  );
  return [...ofGateways, ...ofFiles].filter(
    ({ zone, names }) => names.length > 0 && keys.some((key) => isWithin(zone, key.zone)),
  );
}
