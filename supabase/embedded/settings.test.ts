import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { projectDir } from './lib/paths.ts'
import { readSettings } from './settings.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function limitsOf(toml: string) {
  const folder = mkdtempSync(join(tmpdir(), 'datasync-settings-'))
  folders.push(folder)
  writeFileSync(join(folder, 'config.toml'), `project_id = "p"\n[api]\n[auth]\n${toml}`)
  return readSettings(folder).auth.rateLimits
}

describe('rate limits', () => {
  test('what config.toml does not say is as the Supabase CLI has it', () => {
    expect(limitsOf('')).toEqual({ sign_in_sign_ups: 30, token_refresh: 150, token_verifications: 30, email_sent: 30, max_frequency_seconds: 60 })
  })

  test.each([['1m', 60], ['1m30s', 90], ['500ms', 0.5], ['2h', 7200], ['0s', 0]])('max_frequency = "%s" is %d s', (text, expected) => {
    expect(limitsOf(`[auth.email]\nmax_frequency = "${text}"`).max_frequency_seconds).toBe(expected)
  })

  test('a number that is none, or a time that is none, is named', () => {
    expect(() => limitsOf('[auth.rate_limit]\nsign_in_sign_ups = 0')).toThrow(/sign_in_sign_ups/)
    expect(() => limitsOf('[auth.email]\nmax_frequency = "soon"')).toThrow(/soon/)
  })

  test('our own have every limit', () => {
    const { sign_in_sign_ups, token_refresh, token_verifications, email_sent, max_frequency_seconds } = readSettings(join(projectDir, 'supabase')).auth.rateLimits
    expect({ sign_in_sign_ups, token_refresh, token_verifications, email_sent, max_frequency_seconds }).toEqual({
      sign_in_sign_ups: 30, token_refresh: 150, token_verifications: 30, email_sent: 100, max_frequency_seconds: 60,
    })
  })
})
