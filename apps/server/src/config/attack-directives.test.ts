// `rrl` and `cookies`: what each is read to, what is refused, what is only noticed.

import type { RateLimits } from '@seamark/matcher';
import { describe, expect, it } from 'vitest';
import { compile, errorsOf } from '../../test-support/compiling.ts';
import { describeConfig } from './describe.ts';

const block = (lines: string, keys = '.'): string =>
  `${keys} {\n${lines}\nk8s_gateway example.com\n}\n`;

/** What one `rrl` in a block for everything says. */
function limitsOf(options: string): RateLimits | undefined {
  const [listener] = compile(block(`rrl {\n${options}\n}`)).listeners;
  const [rule, ...others] = listener?.answering?.rateLimits ?? [];
  expect(others).toEqual([]);
  expect(rule?.zones).toEqual(['.']);
  return rule?.limits;
}

describe('rrl', () => {
  it('has rates of its own where none are said', () => {
    expect(limitsOf('')).toEqual({
      ...{ responses: 200, nodata: 200, nxdomains: 200, referrals: 200, errors: 200 },
      ...{ amplified: 1000, requests: 0, window: 15, slip: 2, ipv4Prefix: 24, ipv6Prefix: 56 },
      ...{ exempt: [], reportOnly: false },
    });
  });

  it("takes the plugin's options", () => {
    const options = `
      window 30.5
      ipv4-prefix-length 32
      ipv6-prefix-length 64
      responses-per-second 10
      nodata-per-second 0
      nxdomains-per-second 2.5
      slip-ratio 3
      requests-per-second 1000
      max-table-size 5000
      report-only`;
    expect(limitsOf(options)).toMatchObject({
      ...{ window: 30.5, ipv4Prefix: 32, ipv6Prefix: 64, slip: 3, requests: 1000 },
      ...{ responses: 10, nodata: 0, nxdomains: 2.5, referrals: 10, errors: 10, reportOnly: true },
    });
    expect(compile(block(`rrl {\n${options}\n}`)).rateLimitTable).toBe(5000);
    expect(compile(block('')).rateLimitTable).toBe(0);
  });

  it('takes networks that are exempt, on several lines', () => {
    const options =
      'exempt 192.0.2.0/24 2001:db8::/32\nexempt 198.51.100.7\namplified-per-second 0';
    expect(limitsOf(options)).toMatchObject({
      exempt: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'],
      amplified: 0,
    });
  });

  it('is of the names in its zones and its block, and of no other', () => {
    const text = [
      'example.com {\nrrl sub.example.com {\nresponses-per-second 1\n}\nk8s_gateway\n}',
      'example.org {\nrrl . {\nresponses-per-second 2\n}\nk8s_gateway\n}',
      'example.net {\nk8s_gateway\n}',
    ].join('\n');
    const rules = compile(text).listeners[0]?.answering?.rateLimits ?? [];
    expect(rules.map(({ zones, limits }) => [zones, limits?.responses])).toEqual([
      [['sub.example.com.'], 1],
      [['example.com.'], undefined],
      [['example.org.'], 2],
      [['example.net.'], undefined],
    ]);
  });

  it('is told by check', () => {
    const said = describeConfig(compile(block('rrl {\nexempt 192.0.2.1\nnodata-per-second 0\n}')));
    expect(said).toContain(
      '            names in . to one /24 or /56: responses 200/s, nxdomains 200/s, referrals 200/s, ' +
        'errors 200/s, amplified 1000/s, not to 192.0.2.1\n',
    );
  });

  it.each([
    ['responses-per-second many', /"many" is no number of answers a second/],
    ['responses-per-second -1', /"-1" is no number/],
    ['responses-per-second 0.0001', /"0.0001" is no number/],
    ['window 0', /"0" is no number of seconds from 1 to 3600/],
    ['slip-ratio 11', /"11" is no whole number from 0 to 10/],
    ['slip-ratio 1.5', /"1.5" is no whole number/],
    ['ipv4-prefix-length 33', /from 1 to 32/],
    ['ipv6-prefix-length 0', /from 1 to 128/],
    ['max-table-size 1e9', /"1e9" is no whole number/],
    ['exempt example.com', /"example.com" is no address and no network/],
    ['report-only yes', /report-only/],
    ['response-per-second 1', /did you mean "responses-per-second"/],
  ])('refuses %j', (option, message) => {
    expect(errorsOf(block(`rrl {\n${option}\n}`))).toEqual([expect.stringMatching(message)]);
  });
});

const ONE = '000102030405060708090A0b0c0d0e0f';
const TWO = 'f'.repeat(32);

describe('cookies', () => {
  const answering = (lines: string) => compile(block(lines)).listeners[0]?.answering;

  it('may be required, or be unknown', () => {
    expect(answering('cookies require')).toEqual({ requireCookie: true });
    expect(answering('cookies off')).toEqual({ ignoreCookies: true });
    expect(answering('cookies')).toBeUndefined();
  });

  it('are made with secrets of the Corefile, or of a file', () => {
    const config = compile(block(`cookies {\n secret ${ONE} ${TWO}\n}`));
    expect(config.cookieSecrets).toEqual({ secrets: [ONE.toLowerCase(), TWO] });
    const said = describeConfig(config);
    expect(said).toContain('\ncookies     made with the first of 2 secrets of the Corefile\n');
    expect(said.toLowerCase()).not.toContain(ONE.toLowerCase());
    const file = compile(block('cookies {\n secret_file secrets\n}')).cookieSecrets;
    expect(file).toEqual({ file: expect.stringMatching(/^\/.*\/secrets$/) });
    expect(compile(block('')).cookieSecrets).toBeUndefined();
  });

  it('have secrets for the whole process', () => {
    const two = (one: string, other: string) =>
      `a.test {\n cookies {\n secret ${one}\n }\n}\nb.test:5353 {\n cookies off {\n secret ${other}\n }\n}\n`;
    expect(compile(two(TWO, TWO)).cookieSecrets).toEqual({ secrets: [TWO] });
    expect(errorsOf(two(ONE, TWO))).toEqual([
      expect.stringMatching(
        /"cookies" differs from the one at .*; there is one for the whole process/,
      ),
    ]);
  });

  it('are of one kind on a listener', () => {
    const text = 'a.test {\n cookies off\n}\nb.test {\n cookies require\n}\n';
    expect(errorsOf(text)).toEqual([expect.stringMatching(/"cookies" differs/)]);
  });

  it.each([
    ['cookies maybe', /unknown value "maybe" of "cookies"/],
    [`cookies {\n secret ${ONE}00\n}`, /no secret of 32 hexadecimal digits/],
    [`cookies {\n secret ${'0'.repeat(32)}\n}`, /not all zero/],
    [`cookies {\n secret ${`${ONE} `.repeat(5)}\n}`, /one secret more than 4/],
    [`cookies {\n secret ${ONE}\n secret_file x\n}`, /do not go together/],
    ['cookies {\n secret_file ""\n}', /a path must not be empty/],
  ])('refuses %j', (lines, message) => {
    expect(errorsOf(block(lines))).toEqual([expect.stringMatching(message)]);
  });
});
