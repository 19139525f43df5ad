/* SPDX-License-Identifier: Apache-2.0 */
/* PrimeXsys System Controller (SP810), ARM DDI 0254B chapter 4. */
#ifndef REGS_SP810_H
#define REGS_SP810_H

#define SCCTRL 0x00u /* among others, which clock each timer counts with */

#endif
