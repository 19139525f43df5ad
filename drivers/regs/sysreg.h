/* SPDX-License-Identifier: Apache-2.0 */
/* Versatile Express motherboard V2M-P1 system registers, ARM DUI 0447 chapter 4. */
#ifndef REGS_SYSREG_H
#define REGS_SYSREG_H

#define SYS_ID         0x000u
#define SYS_SW         0x004u
#define SYS_LED        0x008u
#define SYS_100HZ      0x024u
#define SYS_FLAGS      0x030u /* SYS_FLAGSSET when written */
#define SYS_FLAGSCLR   0x034u
#define SYS_NVFLAGS    0x038u /* SYS_NVFLAGSSET when written */
#define SYS_NVFLAGSCLR 0x03cu
#define SYS_MCI        0x048u
#define SYS_FLASH      0x04cu
#define SYS_CLCD       0x050u
#define SYS_CFGSW      0x058u
#define SYS_24MHZ      0x05cu
#define SYS_MISC       0x060u
#define SYS_DMA        0x064u
#define SYS_PROCID0    0x084u
#define SYS_PROCID1    0x088u
#define SYS_CFGDATA    0x0a0u
#define SYS_CFGCTRL    0x0a4u
#define SYS_CFGSTAT    0x0a8u

#define SYS_24MHZ_HZ 24000000u

#define SYS_CFGCTRL_START       (1u << 31)
#define SYS_CFGCTRL_WRITE       (1u << 30)
#define SYS_CFGCTRL_DCC(x)      (((x) >> 26) & 0xfu)
#define SYS_CFGCTRL_FUNCTION(x) (((x) >> 20) & 0x3fu)
#define SYS_CFGCTRL_SITE(x)     (((x) >> 16) & 0x3u)
#define SYS_CFGCTRL_POSITION(x) (((x) >> 12) & 0xfu)
#define SYS_CFGCTRL_DEVICE(x)   (0xfffu & (x))

#define SYS_CFGCTRL_MAKE(function, site, device) (((function) << 20) | ((site) << 16) | (device))

#define SYS_CFG_OSC      1u
#define SYS_CFG_VOLT     2u
#define SYS_CFG_AMP      3u
#define SYS_CFG_TEMP     4u
#define SYS_CFG_RESET    5u
#define SYS_CFG_SCC      6u
#define SYS_CFG_MUXFPGA  7u
#define SYS_CFG_SHUTDOWN 8u
#define SYS_CFG_REBOOT   9u
#define SYS_CFG_DVIMODE  11u
#define SYS_CFG_POWER    12u
#define SYS_CFG_ENERGY   13u

#define SYS_CFG_SITE_MB  0u /* motherboard */
#define SYS_CFG_SITE_DB1 1u
#define SYS_CFG_SITE_DB2 2u

#define SYS_CFGSTAT_COMPLETE (1u << 0)
#define SYS_CFGSTAT_ERROR    (1u << 1)

#endif
