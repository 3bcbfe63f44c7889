import { Tabs as Radix } from 'radix-ui'
import { useEffect, useRef, type ReactNode } from 'react'
import { cn } from '@/ui/cn'

interface TabsProps<Value extends string> {
  'aria-label': string
  value: Value
  onValueChange: (value: Value) => void
  tabs: readonly { value: Value; label: string; count?: number; content: ReactNode }[]
  className?: string
}

export function Tabs<Value extends string>({ value, onValueChange, tabs, className, ...rest }: TabsProps<Value>) {
  const list = useRef<HTMLDivElement>(null)
  // On a narrow screen the row scrolls, and the tab that is open must be among what is seen.
  useEffect(() => {
    const active = list.current?.querySelector<HTMLElement>('[data-state=active]')
    if (list.current !== null && active) list.current.scrollLeft = active.offsetLeft + active.offsetWidth - list.current.clientWidth
  }, [value])
  return (
    <Radix.Root
      value={value}
      onValueChange={(next) => {
        const tab = tabs.find((candidate) => candidate.value === next)
        if (tab !== undefined) onValueChange(tab.value)
      }}
      className={className}
    >
      <Radix.List ref={list} aria-label={rest['aria-label']} className="relative mb-4 flex gap-4 overflow-x-auto border-b border-line [scrollbar-width:none]">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className={cn(
              '-mb-px h-9 border-b-2 border-transparent px-0.5 text-sm whitespace-nowrap text-ink-2 outline-offset-[-2px] hover:text-ink',
              'data-[state=active]:border-accent data-[state=active]:font-semibold data-[state=active]:text-ink',
            )}
          >
            {tab.label}
            {tab.count !== undefined && <span className="ml-1.5 font-normal text-ink-3 tabular-nums">{tab.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
