import { useState } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import { useShortcut, useShortcuts, type ShortcutOptions } from './shortcuts.ts'

function Key({ keys, act, ...options }: { keys: string; act: () => void } & ShortcutOptions) {
  useShortcut(keys, `for ${keys}`, act, options)
  return null
}

function Page({ act, open = false }: { act: (what: string) => void; open?: boolean }) {
  return (
    <>
      <Key keys="n" act={() => act('new')} />
      <Key keys="c" act={() => act('c alone')} />
      <Key keys="g c" act={() => act('content')} />
      <Key keys="?" act={() => act('help')} />
      <Key keys="$mod+s" act={() => act('save')} inFields inDialogs />
      <label>
        Name <input />
      </label>
      <label>
        On <input type="checkbox" />
      </label>
      <div role="textbox" aria-label="Text" contentEditable suppressContentEditableWarning tabIndex={0} />
      {open && <div role="dialog" aria-label="Over the page" data-state="open" />}
    </>
  )
}

/** The keys that came through. */
async function open(element: (act: (what: string) => void) => React.ReactElement) {
  const heard: string[] = []
  const view = await showView(element((what) => heard.push(what)))
  const press = async (keys: string) => userEvent.keyboard(keys)
  // The listener comes in its own chunk: the first key that is heard says that it is there.
  await vi.waitUntil(async () => {
    await press('{Control>}s{/Control}')
    return heard.includes('save')
  })
  heard.length = 0
  return { ...view, heard, press }
}

describe('useShortcut', () => {
  it('acts on a key, on two after one another, and on what needs Shift here or there', async () => {
    const { heard, press } = await open((act) => <Page act={act} />)
    await press('n')
    await press('gc')
    await press('c')
    await press('{Shift>}?{/Shift}')
    await press('?')
    expect(heard).toEqual(['new', 'content', 'c alone', 'help', 'help'])
  })

  it('takes "g" and a letter that leads nowhere for a slip', async () => {
    const { heard, press } = await open((act) => <Page act={act} />)
    await press('gn')
    await press('n')
    expect(heard).toEqual(['new'])
  })

  it('leaves what is typed in a field to the field, but hears what was asked for; a checkbox takes no text', async () => {
    const { heard, press, screen } = await open((act) => <Page act={act} />)
    await screen.getByLabelText('Name').click()
    await press('ngc?')
    await expect.element(screen.getByLabelText('Name')).toHaveValue('ngc?')
    await screen.getByRole('textbox', { name: 'Text' }).click()
    await press('n')
    expect(heard).toEqual([])
    await press('{Control>}s{/Control}')
    await screen.getByLabelText('On').click()
    await press('n')
    expect(heard).toEqual(['save', 'new'])
  })

  it('rests while a dialog is open', async () => {
    const { heard, press } = await open((act) => <Page act={act} open />)
    await press('n')
    await press('{Control>}s{/Control}')
    expect(heard).toEqual(['save'])
  })

  it('means the last that came, and forgets it when it goes', async () => {
    function Two({ act }: { act: (what: string) => void }) {
      const [shown, setShown] = useState(true)
      return (
        <>
          <Page act={act} />
          {shown && <Key keys="n" act={() => act('newer')} />}
          <button onClick={() => setShown(false)}>Hide</button>
        </>
      )
    }
    const { heard, press, screen } = await open((act) => <Two act={act} />)
    await press('n')
    await screen.getByRole('button', { name: 'Hide' }).click()
    await press('n')
    expect(heard).toEqual(['newer', 'new'])
  })

  it('lists what is registered, and nothing that is not enabled', async () => {
    await open((act) => (
      <>
        <Page act={act} />
        <Key keys="x" act={() => act('x')} enabled={false} />
      </>
    ))
    expect([...useShortcuts.getState().registered.values()].map(({ keys }) => keys)).toEqual(['n', 'c', 'g c', '?', '$mod+s'])
  })
})
