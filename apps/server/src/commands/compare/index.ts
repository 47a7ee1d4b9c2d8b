import { isIP } from 'node:net';
import { foldName, formatName, NameError, parseName, toALabels } from '@seamark/protocol';
import { SourceError } from '@seamark/watcher';
import { formatHttpAddress } from '../../config/http-address.ts';
import type { HttpAddress, ListenerConfig, ServerConfig } from '../../config/index.ts';
import { zonesBehind } from '../../config/zones-behind.ts';
import { nearest } from '../../corefile/nearest.ts';
import { chooseListener } from '../choose-view.ts';
import { complain, writeOut } from '../output.ts';
import { missingFrom, readOnce } from '../read-once.ts';
import { type Case, judge, settingsOf } from './judge.ts';
import { NoAnswer, putQuestions, type Zones } from './put-questions.ts';
import { Tally } from './tally.ts';

export interface CompareOptions {
  /** The other server: `ADDRESS` or `ADDRESS:PORT`. */
  readonly with: string | undefined;
  /** Whether the running Seamark is asked; else what its sources say now is compared. */
  readonly ask: boolean;
  /** `ADDRESS:PORT` of one of the configuration. */
  readonly listener?: string;
  /** Every difference is shown, not only the first few of each reason. */
  readonly all: boolean;
  readonly json: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** Says why the command line can't be followed. */
  readonly refuse: (message: string) => never;
}

/** Something differs that no row explains for certain, or could not be asked. */
const UNEXPLAINED = 1;

/** Names that the sources are read for once more, to see which objects are passed over for them. */
const LOOKED_INTO = 50;

/**
 * `seamark compare --with ADDRESS [ZONE…]`: every name of the zones is put to a running Seamark and to another
 * server, and what they answer differently is told with its reason.
 *
 * @returns the exit status
 */
export async function compare(
  config: ServerConfig,
  words: readonly string[],
  options: CompareOptions,
): Promise<number> {
  const { refuse, timeout } = options;
  const named = zoneNames(words, refuse);
  const listener = chooseListener(config, named[0] ?? '', options.listener, refuse);
  const zones = wantedZones(config, listener, named, refuse);
  const other = readServer(options.with, refuse);
  if (options.ask && listener.port === 0) {
    return refuse(
      `the port of ${formatHttpAddress(listener)} is chosen when Seamark starts: say it with --dns.port, or --no-ask`,
    );
  }
  const views = [listener.view];
  try {
    const reading = await readOnce(config, { views, timeout });
    const [snapshot] = reading.snapshots;
    if (snapshot === undefined) throw new Error('a view without a snapshot');
    const tally = new Tally({ with: other, listener, isAsked: options.ask, all: options.all });
    const open: Case[] = [];
    await putQuestions(
      { snapshot, other, ...(options.ask && { seamark: listener }) },
      zones,
      (found) => {
        tally.asked();
        if (found === undefined) return;
        const difference = judge(found, reading.explain(0, formatName(found.question.name)));
        if (difference.unexplained === undefined) tally.add(difference);
        else open.push(found);
      },
    );
    const names = [...new Set(open.map(({ question }) => formatName(question.name)))];
    const explain = names.slice(0, LOOKED_INTO);
    const closer =
      open.length === 0 ? reading : await readOnce(config, { views, timeout, explain });
    for (const found of open) {
      tally.add(judge(found, closer.explain(0, formatName(found.question.name))));
    }
    await writeOut(options.json ? [JSON.stringify(tally.document(), undefined, 2)] : tally.lines());
    const missing = missingFrom(reading);
    for (const { source, kind, reason } of missing) {
      complain(`${kind} of ${source} could not be read, so its names were not asked: ${reason}`);
    }
    return tally.isClear && missing.length === 0 ? 0 : UNEXPLAINED;
  } catch (error) {
    if (!(error instanceof SourceError || error instanceof NoAnswer)) throw error;
    complain(error.message);
    return UNEXPLAINED;
  }
}

function zoneNames(words: readonly string[], refuse: (message: string) => never): string[] {
  return words.map((word) => {
    try {
      return formatName(foldName(parseName(toALabels(word))));
    } catch (error) {
      if (error instanceof NameError) return refuse(error.message);
      throw error;
    }
  });
}

function wantedZones(
  config: ServerConfig,
  { view }: ListenerConfig,
  named: readonly string[],
  refuse: (message: string) => never,
): Zones {
  const served = zonesBehind(config, view);
  if (served.length === 0) return refuse('no zone is served there: nothing to compare');
  const unknown = named.find((zone) => !served.includes(zone));
  if (unknown !== undefined) {
    const meant = nearest(unknown, served);
    const there = meant === undefined ? `there are ${served.join(', ')}` : `did you mean ${meant}?`;
    return refuse(`no zone is ${unknown}; ${there}`);
  }
  const gateways = (config.views[view]?.gateways ?? []).flatMap(
    (index) => config.gateways[index] ?? [],
  );
  const wanted = named.length === 0 ? served : named;
  return new Map(
    wanted.map((zone) => {
      const gateway = gateways.find(({ zones }) => zones.includes(zone));
      return [zone, gateway === undefined ? { servers: [] } : settingsOf(gateway, zone)];
    }),
  );
}

function readServer(text: string | undefined, refuse: (message: string) => never): HttpAddress {
  if (text === undefined) {
    return refuse('compare takes the other server: seamark compare --with 192.0.2.53:53');
  }
  const bracketed = /^\[(?<six>[^\]]+)\](?::(?<port>\d+))?$/.exec(text)?.groups;
  const plain = /^(?<host>[^:]+)(?::(?<port>\d+))?$/.exec(text)?.groups;
  // Colons alone are an IPv6 address without a port.
  const address = bracketed?.['six'] ?? plain?.['host'] ?? text;
  const port = Number(bracketed?.['port'] ?? plain?.['port'] ?? 53);
  if (isIP(address) === 0 || port < 1 || port > 65_535) {
    return refuse(`--with takes an IP address, with a port where it is not 53; not "${text}"`);
  }
  return { address, port };
}
