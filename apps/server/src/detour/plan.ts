import {
  type AddressRange,
  type DetourPlan,
  Detours,
  TRANSPORT,
  type Transport,
} from '@seamark/matcher';
import { parseAddress } from '@seamark/protocol';
import type { DetourConfig, ListenerTransport, ServerConfig } from '../config/server-config.ts';
import { QueryFilter } from '../workers/query-filter.ts';
import type { AnsweringListener, DetourDesk } from '../workers/query-path.ts';
import type { ListenerDetour, ListenerTask } from '../workers/tasks.ts';
import { PLAIN_REPLIES, ReplySettings } from './reply-settings.ts';

/** What workers need to know of a listener's detours; the plan's IDs are indices into `forwards` and `templates`. */
export function listenerDetour(
  { blocks }: DetourConfig,
  { forwards, templates }: Pick<ServerConfig, 'forwards' | 'templates'>,
): ListenerDetour {
  const plan: DetourPlan = {
    blocks: blocks.map((block) => ({
      keys: block.keys,
      templates: block.templates.map((id) => {
        const template = templates[id];
        if (template === undefined) throw new RangeError(`no template ${id}`);
        const { type, zones, literal } = template;
        return { id, type, zones, literal };
      }),
      fallthrough: block.fallthrough,
      ...(block.hosts !== undefined && { hosts: block.hosts }),
      forwards: block.forwards.flatMap((id) => {
        const forward = forwards[id];
        if (forward === undefined) throw new RangeError(`no forward ${id}`);
        const { except, clients } = forward;
        const reach = clients === undefined ? {} : { clients: clients.map(parseRange) };
        return forward.from.map((from) => ({ id, from, except, ...reach }));
      }),
    })),
  };
  return { plan, loops: blocks.filter(({ loop }) => loop).flatMap(({ keys }) => keys.slice(0, 1)) };
}

/** A thread's own listener, with its own desk. */
export function answeringListener(
  listener: ListenerTask,
  desk: DetourDesk | undefined,
): AnsweringListener {
  const { number, detour, answering } = listener;
  const detours = detour === undefined ? undefined : new Detours(detour.plan);
  const stream = STREAMS[listener.transport ?? 'dns'];
  const ignoresCookies = answering?.ignoreCookies === true;
  const replies = answering === undefined ? PLAIN_REPLIES : new ReplySettings(answering);
  const log = QueryFilter.of(listener);
  return { index: number, stream, log, detours, replies, desk, ignoresCookies };
}

const STREAMS: Readonly<Record<ListenerTransport, Transport>> = {
  dns: TRANSPORT.STREAM,
  tls: TRANSPORT.TLS,
  https: TRANSPORT.HTTPS,
};

function parseRange(text: string): AddressRange {
  const [address = '', digits = ''] = text.split('/');
  const octets = parseAddress(address);
  if (octets === undefined) throw new RangeError(`no range: ${text}`);
  if (octets.length === 16) return { octets, bits: Number(digits) };
  const mapped = new Uint8Array(16).fill(0xff, 10, 12);
  mapped.set(octets, 12);
  return { octets: mapped, bits: 96 + Number(digits) };
}
