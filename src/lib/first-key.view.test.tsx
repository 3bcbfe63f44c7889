import { expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import { onFirstKey, useShortcut, useShortcuts } from './shortcuts.ts'

// One file for one test: what listens is loaded once a page, with its first key.

it('hears the very first keys, also for what is loaded with them, and keeps the browser from its own answer', { retry: 0 }, async () => {
  const heard: string[] = []
  const pressed: KeyboardEvent[] = []
  function Key({ keys }: { keys: string }) {
    useShortcut(keys, keys, () => heard.push(keys), { inFields: keys.startsWith('$') })
    return null
  }
  let isLoaded = false
  onFirstKey(async () => {
    await Promise.resolve()
    isLoaded = true
    const id = 'loaded with the first key'
    const shortcut = { keys: 'g c', label: id, group: id, act: () => heard.push('g c'), inFields: false, inDialogs: false, listedOnly: false }
    useShortcuts.setState(({ registered }) => ({ registered: new Map(registered).set(id, shortcut) }))
  })
  window.addEventListener('keydown', (event) => pressed.push(event))
  await showView(
    <>
      <Key keys="$mod+s" />
      <Key keys="/" />
      <Key keys="c" />
      <input aria-label="Name" />
    </>,
  )
  expect(isLoaded).toBe(false)
  await userEvent.keyboard('{Control>}s{/Control}/gcc')
  await expect.poll(() => heard).toEqual(['$mod+s', '/', 'g c', 'c'])
  expect(pressed.filter(({ key, defaultPrevented }) => defaultPrevented && 's/'.includes(key)).map(({ key }) => key)).toEqual(['s', '/'])
})
