/** Seeds whose worlds broke a promise once, and what they found. Troubles come from the seed alone, so they stay themselves. */

export const foundBy: readonly (readonly [seed: number, found: string])[] = []
