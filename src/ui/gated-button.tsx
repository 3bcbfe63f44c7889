import { Button, type ButtonProps } from '@/ui/button'
import { toast } from '@/ui/toaster'
import { Tooltip } from '@/ui/tooltip'

interface GatedButtonProps extends Omit<ButtonProps, 'asChild'> {
  /** Why it does nothing now; null: it does what it says. */
  why: string | null
}

/** A button that says why it is off. It stays in reach: one that is disabled by HTML keeps its reason from keyboards, and touch shows no tooltips. */
export function GatedButton({ why, onClick, ...button }: GatedButtonProps) {
  if (why === null) return <Button onClick={onClick} {...button} />
  return (
    <Tooltip content={why}>
      <Button {...button} aria-disabled onClick={() => toast.info(why)} />
    </Tooltip>
  )
}
