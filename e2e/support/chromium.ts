import { existsSync } from 'node:fs'

/** Where Debian, Ubuntu, Fedora, macOS and Windows put a Chromium; CHROMIUM_PATH comes first. */
const INSTALLED = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** How a real headless browser starts: the installed one, else the Chromium that comes as an npm package. */
export async function chromiumLaunch(): Promise<{ executablePath: string; timeout: number; args: string[] }> {
  return {
    executablePath: INSTALLED.find((path) => path !== undefined && existsSync(path)) ?? (await packagedChromium()),
    timeout: 120_000,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--headless=shell',
    ],
  }
}

async function packagedChromium(): Promise<string> {
  // The package unpacks the libraries that a minimal system lacks only when it believes to be in this runtime.
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs22.x'
  const { default: packaged } = await import('@sparticuz/chromium')
  const executablePath = await packaged.executablePath()
  return executablePath
}
