import { composeError, EDE, type ExtendedError } from '@seamark/protocol';

/**
 * What an RCODE, or an answer that is shorter than one might expect, does not say by itself. No text of a refusal has
 * more than 22 octets, for over UDP it goes to whoever a forged source names: so the reply to the shortest question is
 * at most twice as long.
 */
export const ERROR: Readonly<Record<ErrorName, ExtendedError>> = {
  ZONE_UNREAD: composeError(EDE.NOT_READY, 'zone not read yet'),
  ZONE_PARTLY_READ: composeError(EDE.NOT_READY, 'zone not all read yet'),
  UNRESOLVED: composeError(EDE.NOT_READY, 'address not known yet'),
  FILTERED: composeError(EDE.FILTERED, 'by a rule of acl'),
  BLOCKED: composeError(EDE.PROHIBITED, 'by a rule of acl'),
  NOT_FORWARDED: composeError(EDE.PROHIBITED, 'not for this client'),
  NO_ZONE: composeError(EDE.NOT_AUTHORITATIVE, 'name in no zone here'),
  NO_TRANSFER: composeError(EDE.NOT_SUPPORTED, 'zone transfer'),
  CLASS: composeError(EDE.NOT_SUPPORTED, 'class'),
  OPCODE: composeError(EDE.NOT_SUPPORTED, 'opcode'),
  QTYPE: composeError(EDE.NOT_SUPPORTED, 'QTYPE'),
  ALIAS_LOOP: composeError(EDE.OTHER, 'CNAME loop'),
  TOO_MANY_ALIASES: composeError(EDE.OTHER, 'too many CNAMEs'),
  BUSY: composeError(EDE.OTHER, 'forwarding is full'),
};

type ErrorName =
  | 'ZONE_UNREAD'
  | 'ZONE_PARTLY_READ'
  | 'UNRESOLVED'
  | 'FILTERED'
  | 'BLOCKED'
  | 'NOT_FORWARDED'
  | 'NO_ZONE'
  | 'NO_TRANSFER'
  | 'CLASS'
  | 'OPCODE'
  | 'QTYPE'
  | 'ALIAS_LOOP'
  | 'TOO_MANY_ALIASES'
  | 'BUSY';
