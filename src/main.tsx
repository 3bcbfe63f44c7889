import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@/ui/theme.css'
import { envResult } from '@/lib/env'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

if (envResult.ok) {
  // Asked for only now: the app's modules make the client as they load, and it cannot be made without an address.
  const { start } = await import('@/app/start')
  start(root)
} else {
  const { showProblems } = await import('@/app/misconfigured')
  showProblems(root, envResult.problems)
}
