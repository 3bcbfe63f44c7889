/** The order matters: most browsers name others as well, for old pages' sake. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?(?:iOS)?\/|\bEdg\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bHeadlessChrome\//, 'Headless Chrome'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
]

const first = (agent: string, names: readonly (readonly [RegExp, string])[]): string | undefined => names.find(([pattern]) => pattern.test(agent))?.[1]

/** "Firefox on Windows", as far as a User-Agent header tells: it is the client's own word and proves nothing. */
export function browserWords(userAgent: string | null): string {
  if (userAgent === null || userAgent.trim() === '') return 'Unknown browser'
  const browser = first(userAgent, BROWSERS)
  const system = first(userAgent, SYSTEMS)
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`
  // A program: it goes by what it calls itself ("curl/8.5.0", "node").
  const program = /^[\w.-]{1,40}/.exec(userAgent)?.[0]
  return program === undefined || program === 'Mozilla' ? (system === undefined ? 'Unknown browser' : `A browser on ${system}`) : program
}

export type Device = 'phone' | 'computer' | 'program'

export function deviceOf(userAgent: string | null): Device {
  if (userAgent === null) return 'computer'
  if (/\biPhone\b|\biPad\b|\bAndroid\b|\bMobile\b/.test(userAgent)) return 'phone'
  return first(userAgent, BROWSERS) === undefined && first(userAgent, SYSTEMS) === undefined ? 'program' : 'computer'
}
