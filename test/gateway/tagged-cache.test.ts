import { describe, expect, it } from '@jest/globals';
import { createTaggedCache } from '../../gateway/caching/tagged-cache.ts';

describe('a tagged cache', () => {
  it('forgets every value that has a dropped tag, and no other', () => {
    const kept = createTaggedCache<number>(100_000);
    kept.set('a', 1, 10, ['x', 'y']);
    kept.set('b', 2, 10, ['y']);
    kept.set('c', 3, 10, ['z']);
    kept.drop('y');
    expect(['a', 'b', 'c'].map((key) => kept.get(key)?.value)).toEqual([undefined, undefined, 3]);
    kept.drop('z');
    expect(kept.size()).toEqual({ entries: 0, bytes: 0 });
  });

  it('holds no more bytes than it may, and longest what is asked for', () => {
    const kept = createTaggedCache<number>(20_000);
    for (let n = 0; n < 1_000; n++) {
      kept.set(`key ${n}`, n, 1_000, [`tag ${n}`]);
      kept.get('key 0');
      expect(kept.size().bytes).toBeLessThanOrEqual(20_000);
    }
    expect(kept.get('key 0')?.value).toBe(0);
    expect(kept.get('key 999')?.value).toBe(999);
    expect(kept.get('key 500')).toBeUndefined();
  });

  it('does not keep what would push out most of the others', () => {
    const kept = createTaggedCache<number>(20_000);
    kept.set('small', 1, 1_000, []);
    kept.set('large', 2, 15_000, []);
    expect(kept.get('small')?.value).toBe(1);
    expect(kept.get('large')).toBeUndefined();
  });

  it('has the newest value of a key, with the newest tags', () => {
    const kept = createTaggedCache<number>(20_000);
    kept.set('a', 1, 10, ['old']);
    kept.set('a', 2, 10, ['new']);
    kept.drop('old');
    expect(kept.get('a')?.value).toBe(2);
  });
});
