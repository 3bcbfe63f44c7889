import { useState } from 'react'
import type { AlertRule } from '@/features/alerts/queries/rules'
import { RuleForm, type MadeSecret } from '@/features/alerts/rule-form'
import { Button } from '@/ui/button'
import { Drawer, DrawerClose } from '@/ui/drawer'

interface RuleDrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** null: a new one. */
  rule: AlertRule | null
  onSecret: (made: MadeSecret) => void
}

export function RuleDrawer({ open, onOpenChange, rule, onSecret }: RuleDrawerProps) {
  const [busy, setBusy] = useState(false)
  const [dirty, setDirty] = useState(false)
  return (
    <Drawer
      open={open}
      onOpenChange={onOpenChange}
      dirty={dirty}
      title={rule === null ? 'New rule' : `Edit "${rule.name}"`}
      footer={
        <>
          <DrawerClose>Cancel</DrawerClose>
          <Button variant="primary" type="submit" form="alert-rule-form" busy={busy}>
            {rule === null ? 'Create rule' : 'Save rule'}
          </Button>
        </>
      }
    >
      <RuleForm
        rule={rule}
        onBusy={setBusy}
        onDirty={setDirty}
        onDone={(made) => {
          onOpenChange(false)
          if (made !== null) onSecret(made)
        }}
      />
    </Drawer>
  )
}
