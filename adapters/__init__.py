"""Every vendor and every protocol of the outside, behind the ports of ``calls``."""
