import { benchInBrowser } from './in-browser.ts'
import { benchStartup } from './startup.ts'

// One after the other: they would measure each other.
await benchInBrowser()
await benchStartup()
