import { expect, test } from 'vitest'
import { uuidSource } from './uuid.ts'

test('ids are UUIDv7, never the same, and sort by when they were made', () => {
  const startMs = Date.UTC(2026, 10, 22)
  let nowMs = startMs
  const next = uuidSource({ nowMs: () => nowMs })
  const ids: string[] = []
  for (let count = 0; count < 10_000; count++) {
    if (count % 1_000 === 0) nowMs += count % 2_000 === 0 ? 1 : -50
    ids.push(next())
  }
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(Number.parseInt(next().replaceAll('-', '').slice(0, 12), 16)).toBeLessThan(startMs + 100)
})
