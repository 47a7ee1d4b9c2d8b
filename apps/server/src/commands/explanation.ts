import type { ExplainedObject, NameExplanation } from '@seamark/watcher';
import type { StatusDocument } from '../admin/status.ts';
import type { Answer } from './ask.ts';
import type { WayOut } from './way-out.ts';

/** What `seamark explain --json` prints: stable for programs. Members may be added. */
export interface Explanation
  extends Omit<NameExplanation, 'zone' | 'cut' | 'pointsTo' | 'objects'> {
  readonly type: string;
  /** The listener that a client is thought to ask. */
  readonly listener: string;
  /** Those behind which the name may be answered otherwise. */
  readonly otherListeners: readonly string[];
  /** What a client gets: from the server, if one was asked and replied; else as the sources have it. */
  readonly answer: Answer;
  readonly answerFrom: 'server' | 'sources';
  /** As the sources have it now. */
  readonly sourcesAnswer: Answer;
  /** Who answers in place of the zones; null: nobody. `sourcesAnswer` is what the zones say all the same. */
  readonly wayOut: WayOut | null;
  /** Whether both are the same, the serial aside; null if no server replied, or somebody else answers. */
  readonly agrees: boolean | null;
  /** null: in no zone. */
  readonly zone: string | null;
  /** null: none at the name or above it. */
  readonly cut: string | null;
  /** null: the PTR of no address. */
  readonly pointsTo: string | null;
  readonly objects: readonly (ExplainedObject & { readonly complaints: readonly string[] })[];
  /** Names that it may have been meant to be, where it doesn't exist. */
  readonly similar: readonly string[];
  /** Some that own records below it. */
  readonly below: readonly string[];
  /** When the sources were read, and how they stand. */
  readonly read: { readonly at: string } & Pick<StatusDocument, 'sources'>;
  readonly server: ServerExplanation;
}

/** A server of this configuration, as far as it could be asked. */
export interface ServerExplanation {
  /** Why there is no answer of a server; null if there is one. */
  readonly noAnswer: string | null;
  /** How it was asked; null if there is no answer of a server. */
  readonly transport: 'UDP' | 'TCP' | null;
  /** Why it had to be asked over TCP though the answer is none too large; null if it had not. */
  readonly noUdp: string | null;
  /** Where its status was asked for; null: the configuration has no such endpoint. */
  readonly statusAt: string | null;
  readonly status: StatusDocument | null;
  /** Why there is none; null if there is, or nowhere to ask. */
  readonly noStatus: string | null;
}
