import { expect, test } from 'vitest';
import { addClaim, addressesClaimed, type Claims, claimantOf, removeClaim } from './claims.ts';

const a = { kind: 'Ingress', object: 'default/a', addresses: ['192.0.2.1'] } as const;
const b = { kind: 'Ingress', object: 'default/b', addresses: ['192.0.2.1', '192.0.2.2'] } as const;
const sameName = { kind: 'Service', object: 'default/a', addresses: ['192.0.2.3'] } as const;

test('one object, several, and none again, in whatever order they leave', () => {
  for (const leaving of [
    [a, b, sameName],
    [sameName, b, a],
    [b, a, sameName],
  ]) {
    let claims: Claims = [a, b, sameName].reduce(addClaim, undefined as Claims);
    expect(addressesClaimed(claims, 'Ingress')).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(addressesClaimed(claims, 'Service')).toEqual(['192.0.2.3']);
    for (const [i, claim] of leaving.entries()) {
      expect(claims, `before ${i}`).toBeDefined();
      claims = removeClaim(claims, claim);
    }
    expect(claims).toBeUndefined();
  }
});

test('a kind that claims nothing, an object that never did', () => {
  for (const claims of [addClaim(undefined, a), [a, b].reduce(addClaim, undefined as Claims)]) {
    expect(addressesClaimed(claims, 'Service')).toEqual([]);
    expect(claimantOf(claims, 'Service')).toBeUndefined();
    expect(claimantOf(claims, 'Ingress')).toBe('default/a');
    expect(removeClaim(claims, sameName)).toBe(claims);
  }
  expect(removeClaim(undefined, a)).toBeUndefined();
  expect(addressesClaimed(undefined, 'Ingress')).toEqual([]);
});

test('an object has one say, its last', () => {
  const claims = addClaim([a, b].reduce(addClaim, undefined as Claims), { ...b, addresses: [] });
  expect(addressesClaimed(claims, 'Ingress')).toEqual(['192.0.2.1']);
});
