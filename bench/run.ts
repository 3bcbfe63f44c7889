import { benchFrames } from './frames/run.ts'
import { benchInBrowser } from './in-browser.ts'
import { benchRoutes } from './routes.ts'
import { benchStartup } from './startup.ts'

// One after the other: they would measure each other.
await benchInBrowser()
await benchRoutes()
await benchFrames()
await benchStartup()
