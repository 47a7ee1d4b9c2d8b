import { describe, expect, test } from 'vitest';
import { query } from '../../../../../test/support/dns/index.ts';
import { MEDIA_TYPE, readHead, readMessage } from './request.ts';

const sent = query('www.example.com. A', { id: 0 });
const dns = sent.toString('base64url');
const post = (type: string | undefined, length?: number) =>
  readHead('POST', '/dns-query', {
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(length === undefined ? {} : { 'content-length': String(length) }),
  });

describe('a request', () => {
  test('by GET holds its message', () => {
    expect(readHead('GET', `/dns-query?dns=${dns}`, {})).toEqual({ kind: 'message', octets: sent });
    expect(readHead('GET', `/dns-query?a=b&dns=${dns}&c`, {})).toMatchObject({ kind: 'message' });
  });

  test('by POST has it in its body', () => {
    expect(post(MEDIA_TYPE)).toEqual({ kind: 'body' });
    expect(post('Application/DNS-Message; charset=x', 65_535)).toEqual({ kind: 'body' });
    expect(readMessage(sent)).toEqual({ kind: 'message', octets: sent });
  });

  test.each([
    [404, readHead('GET', '/', {})],
    [404, readHead('GET', `/dns-query/?dns=${dns}`, {})],
    [404, readHead(undefined, undefined, {})],
    [405, readHead('PUT', '/dns-query', {})],
    [405, readHead('HEAD', `/dns-query?dns=${dns}`, {})],
    [400, readHead('GET', '/dns-query', {})],
    [400, readHead('GET', '/dns-query?dns', {})],
    [400, readHead('GET', '/dns-query?dns=', {})],
    [400, readHead('GET', `/dns-query?dns=${dns}&dns=${dns}`, {})],
    [400, readHead('GET', `/dns-query?dns=${dns}=`, {})],
    [400, readHead('GET', `/dns-query?dns=${dns}%3D`, {})],
    [400, readHead('GET', '/dns-query?dns=AAAAA', {})],
    [400, readHead('GET', '/dns-query?dns=AAAA', {})],
    [415, post(undefined)],
    [415, post('application/dns-json')],
    [413, post(MEDIA_TYPE, 65_536)],
    [413, readMessage(Buffer.alloc(65_536))],
    [400, readMessage(Buffer.alloc(11))],
    [400, readMessage(query('www.example.com. A', { flags: 'qr' }))],
  ])('is refused with %i: %o', (status, asked) => {
    expect(asked).toMatchObject({ kind: 'refused', status });
  });
});
