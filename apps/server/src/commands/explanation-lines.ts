import type { ExplainedObject, ExplainedWay } from '@seamark/watcher';
import type { StatusKind, StatusSource } from '../admin/status.ts';
import type { Answer } from './ask.ts';
import type { Explanation } from './explanation.ts';
import type { WayOut } from './way-out.ts';

/** An explanation for people, in the order in which one asks: what, why, who else, how sure. */
export function explanationLines(explanation: Explanation): string[] {
  const { name, type, answerFrom, agrees, sourcesAnswer, answer, wayOut } = explanation;
  const from =
    answerFrom === 'server'
      ? `the server at ${explanation.listener} over ${explanation.server.transport}`
      : 'the sources';
  const parts = [
    wayOut !== null && answerFrom === 'sources'
      ? [`${name} ${type}: ${wayOutSummary(wayOut)}`]
      : [`${name} ${type}: ${summary(answer)}, from ${from}`, ...recordLines(answer).map(indented)],
    agrees === false
      ? [
          `The sources say otherwise now: ${summary(sourcesAnswer)}`,
          ...recordLines(sourcesAnswer).map(indented),
        ]
      : [],
    whereLines(explanation),
    objectLines(explanation, 'Records from', true),
    objectLines(explanation, 'None from', false),
    nearLines(explanation),
    explanation.read.sources.length === 0
      ? []
      : ['Sources', ...sourceLines(explanation).map(indented)],
    serverLines(explanation),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => (i > 0 ? ['', ...lines] : lines));
}

function summary({ outcome, rcode, ede, answer }: Answer): string {
  switch (outcome) {
    case 'data':
      return answer.length === 0
        ? `${rcode}, a referral`
        : `${rcode}, ${count(answer.length, 'record')}`;
    case 'nodata':
      return `${rcode}, no record of that type (NODATA)`;
    case 'refused':
      return `${rcode}, ${refusal(ede)}`;
    case 'nxdomain':
      return `${rcode}, there is no such name`;
    default:
      return ede === 14 ? `${rcode}, not everything has been read (EDE 14)` : rcode;
  }
}

function wayOutSummary({ by, failure }: WayOut): string {
  if (failure !== null) return 'SERVFAIL, from the configuration';
  return by === 'forward' ? 'other servers are asked' : `answered by ${by}`;
}

/** Who answers in place of the zones, and for whom. */
function wayOutLines({ wayOut }: Explanation): string[] {
  if (wayOut === null) return [];
  const { by, at, to, clients, failure, fellThrough } = wayOut;
  switch (by) {
    case 'template':
      return failure === null
        ? [`Before the zones are asked, the template at ${at} answers.`]
        : [`Before the zones are asked, the template at ${at} makes it SERVFAIL: ${failure}.`];
    case 'hosts':
      return failure === null
        ? [
            `In place of forwarding, the hosts at ${at} answer from ${to.join(' ')}, for ${clients}.`,
          ]
        : [`In place of forwarding, the hosts at ${at} make it SERVFAIL: ${failure}.`];
    case 'forward': {
      const why = fellThrough ? 'Since it owns no record there, it falls through' : 'It goes on';
      return [`${why} to the forward at ${at}, which asks ${to.join(' ')}, for ${clients}.`];
    }
    default:
      return by satisfies never;
  }
}

/** By the Extended DNS Error (RFC 8914), where there is one. */
function refusal(ede: number | undefined): string {
  switch (ede) {
    case 21:
      return 'zone transfers are not served (EDE 21, Not Supported)';
    case 20:
    case undefined:
      return 'it lies in no zone that is served there';
    default:
      return `by what the server is configured to answer (EDE ${ede})`;
  }
}

function recordLines({ answer }: Answer): string[] {
  return answer.map(({ name, ttl, type, rdata }) => `${name} ${ttl} IN ${type} ${rdata}`);
}

function whereLines(explanation: Explanation): string[] {
  const { name, zone, exists, encloser, wildcard, types, isNameServer } = explanation;
  const { otherListeners, listener, objects, below, sourcesAnswer, cut } = explanation;
  const lines: string[] = [];
  if (zone === null) {
    lines.push(`${name} lies in no zone behind ${listener}.`);
  } else if (cut !== null) {
    const place = cut === name ? 'is a zone cut' : `lies below the zone cut ${cut}`;
    lines.push(`${name} ${place} in the zone ${zone}: the servers that its NS name answer for it.`);
  } else if (exists) {
    const isBetween = below.length > 0 && objects.every((object) => object.name !== name);
    const nothing = isBetween
      ? ', as an empty non-terminal: for the names below it'
      : ' and owns no records';
    const owns = types.length === 0 ? nothing : ` and owns ${types.join(', ')}`;
    lines.push(`${name} exists in the zone ${zone}${owns}.`);
    if (isNameServer) lines.push('It is the name of a name server of the zone.');
    lines.push(...pointerLines(explanation));
  } else if (wildcard?.speaks) {
    lines.push(
      `${name} does not exist in the zone ${zone}: ${wildcard.name} speaks for it, which owns ${wildcard.types.join(', ') || 'no records'}.`,
    );
  } else {
    const isKnown = sourcesAnswer.outcome !== 'unknown';
    lines.push(
      `${name} ${isKnown ? 'does not exist' : 'is not known yet'} in the zone ${zone}; the closest name around it is ${encloser}`,
    );
  }
  lines.push(...wayOutLines(explanation));
  if (otherListeners.length > 0) {
    lines.push(`It may be answered otherwise behind ${otherListeners.join(', ')} (--listener).`);
  }
  return lines;
}

function pointerLines({ pointsTo, objects }: Explanation): string[] {
  if (pointsTo === null) return [];
  const isGiven = objects.every(({ answers }) => answers.length === 0);
  const by = isGiven ? ', as the configuration says' : '';
  return [`It stands for an address that ${pointsTo} has${by}.`];
}

function objectLines({ objects, name }: Explanation, title: string, wins: boolean): string[] {
  const lines = objects
    .filter(({ loss }) => (loss === undefined) === wins)
    .flatMap((object) => {
      const { source, kind, loss, noHttps, complaints, addresses, targets, records, ttl } = object;
      const says = [...addresses, ...targets, ...records].join(' ');
      const gives = says === '' ? '' : ` ${says}${ttl === undefined ? '' : `, TTL ${ttl}`}`;
      const of = object.name === name ? '' : ` for ${object.name}`;
      const why = loss === undefined ? '' : ` — ${loss.text}`;
      return [
        `${kind} ${object.object} (${source})${of}:${gives}${why}`.replace(': —', ' —'),
        ...(object.ways ?? []).map((way) => indented(wayText(way, object))),
        ...(noHttps === undefined ? [] : [indented(`no HTTPS record of it: ${noHttps}`)]),
        ...complaints.map(indented),
      ];
    });
  return lines.length === 0 ? [] : [title, ...lines.map(indented)];
}

/** `by listener https of Gateway web/edge: 192.0.2.1 from its status` */
function wayText(way: ExplainedWay, { kind }: ExplainedObject): string {
  const { parent, gateway, listeners, reached, by } = way;
  const which =
    listeners.length === 0
      ? ''
      : `listener${listeners.length > 1 ? 's' : ''} ${listeners.join(', ')} of `;
  const behind = gateway === undefined ? '' : `, of ${gateway}`;
  const word =
    by === 'status'
      ? "the Gateway's status"
      : `the ${by === 'route' ? kind : by}'s target annotation`;
  const where =
    reached.length === 0 ? `no address in ${word}` : `${reached.join(' ')} from ${word}`;
  return `by ${which}${parent}${behind}: ${where}`;
}

function nearLines({ similar, below }: Explanation): string[] {
  return [
    ...(similar.length > 0 ? [`Did you mean ${similar.join(', ')}?`] : []),
    ...(below.length > 0 ? [`Below it there are ${below.join(', ')}`] : []),
  ];
}

function sourceLines({ read, server }: Explanation): string[] {
  const now = Date.parse(read.at);
  return read.sources.flatMap(({ source, kinds }) =>
    kinds.map((kind) => {
      const watched = kindOf(server.status?.sources ?? [], source, kind.kind);
      const since = watched === undefined ? '' : `; the server: ${watchedText(watched, now)}`;
      return `${source} ${kind.kind}: ${readText(kind)}${since}`;
    }),
  );
}

function readText({ state, objects, reason, synced }: StatusKind): string {
  if (state === 'absent') return 'the cluster has no such kind';
  if (synced) return `read just now, ${count(objects, 'object')} with a name here`;
  return `not read: ${reason ?? 'not in time (--timeout)'}`;
}

function watchedText({ state, since, reason, synced }: StatusKind, now: number): string {
  const age = ageText(now - Date.parse(since));
  if (state === 'failing')
    return `failing for ${age}${synced ? ', read before' : ''}: ${reason ?? ''}`;
  return `${state} for ${age}`;
}

function serverLines({ server, listener, zone }: Explanation): string[] {
  const { noAnswer, noUdp, noStatus, status, statusAt } = server;
  const lines: string[] = [];
  if (noAnswer !== null) lines.push(`No server was asked at ${listener}: ${noAnswer}.`);
  if (noUdp !== null) lines.push(`Over UDP it gave no answer at ${listener}: ${noUdp}.`);
  if (status !== null) {
    const ready = status.ready ? 'ready' : `not ready (${status.notReady.join(', ')})`;
    lines.push(`Seamark ${status.version} is ${ready}, says ${statusAt}.`);
    const warning = status.zones.find(
      (one) => one.zone === zone && one.listeners?.includes(listener),
    )?.warning;
    if (warning !== undefined) lines.push(`Of ${zone} it says: ${warning}.`);
  } else if (noStatus !== null) {
    lines.push(`No status of a server at ${statusAt}: ${noStatus}.`);
  } else if (statusAt === null && noAnswer === null) {
    lines.push(
      'How old its sources are it does not tell: neither `prometheus` nor `ready` is configured.',
    );
  }
  return lines;
}

function kindOf(
  sources: readonly StatusSource[],
  source: string,
  kind: string,
): StatusKind | undefined {
  return sources.find((one) => one.source === source)?.kinds.find((one) => one.kind === kind);
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

function ageText(ms: number): string {
  const [size, unit] = UNITS.find(([least]) => ms >= least) ?? [1000, 's'];
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function indented(line: string): string {
  return `    ${line}`;
}
