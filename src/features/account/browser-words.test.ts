import { describe, expect, it } from 'vitest'
import { browserWords, deviceOf } from './browser-words.ts'

describe('browserWords', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox on Windows', 'computer'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0', 'Edge on Windows', 'computer'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15', 'Safari on macOS', 'computer'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1', 'Safari on iPhone', 'phone'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1', 'Chrome on iPhone', 'phone'],
    ['Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36', 'Samsung Internet on Android', 'phone'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/147.0.0.0 Safari/537.36', 'Headless Chrome on Linux', 'computer'],
    ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0', 'Opera on ChromeOS', 'computer'],
    ['Mozilla/5.0 (Windows NT 10.0) Something/1.0', 'A browser on Windows', 'computer'],
    ['curl/8.5.0', 'curl', 'program'],
    ['node', 'node', 'program'],
    ['Mozilla/5.0', 'Unknown browser', 'program'],
  ])('%s', (agent, words, device) => {
    expect(browserWords(agent)).toBe(words)
    expect(deviceOf(agent)).toBe(device)
  })

  it('has words for nothing at all', () => {
    expect(browserWords(null)).toBe('Unknown browser')
    expect(browserWords('  ')).toBe('Unknown browser')
    expect(browserWords('<script>')).toBe('Unknown browser')
  })
})
